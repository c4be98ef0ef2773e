import Client

@testable import Bulk

/// A scripted carrier that returns from `take` at once and reports each reply later to the dispatcher.
///
/// The carrier for a real broker works in this way, because it then needs no task for each change.
final class TakingCarrier: CallbackCarrier {
  private let scripted: ScriptedCarrier
  let executor: (any TaskExecutor)? = nil

  init(_ scripted: ScriptedCarrier) { self.scripted = scripted }

  func carry(_ change: Change) async throws(ClientError) -> ChangeResult { try await scripted.carry(change) }

  func take(_ change: Change, number: Int, for receiver: any GroupedReplyReceiver) {
    // If the scripted carrier does not delay replies, the change ends before this function returns.
    if let reply = scripted.reply(to: change) { return receiver.end(number, reply, latency: nil) }
    Task {
      let result: Result<ChangeResult, ClientError>
      do throws(ClientError) { result = .success(try await scripted.carry(change)) } catch { result = .failure(error) }
      receiver.end(number, result, latency: nil)
    }
  }
}
