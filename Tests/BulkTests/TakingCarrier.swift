import Client

@testable import Bulk

/// A scripted carrier that takes changes without a task for each, as that of a broker's client does.
final class TakingCarrier: GroupCarrier {
  private let scripted: ScriptedCarrier
  let executor: (any TaskExecutor)? = nil

  init(_ scripted: ScriptedCarrier) { self.scripted = scripted }

  func carry(_ change: Change) async throws(ClientError) -> ChangeReply { try await scripted.carry(change) }

  func take(_ change: Change, number: Int, for receiver: any ChangeReplyReceiver) {
    // Without a window, the change ends before this function returns.
    if let reply = scripted.reply(to: change) { return receiver.end(number, reply, latency: nil) }
    Task {
      let result: Result<ChangeReply, ClientError>
      do throws(ClientError) { result = .success(try await scripted.carry(change)) } catch { result = .failure(error) }
      receiver.end(number, result, latency: nil)
    }
  }
}
