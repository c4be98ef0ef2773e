import Client
import JSONRPC
import Synchronization
import Values

/// Detects whether a queue loses its consumer while a statement sends `create` requests to the queue.
///
/// If the consumer disappears, the broker redelivers unacknowledged requests to the next consumer. The next consumer
/// can then create a resource a second time. The broker does not tell clients that it redelivers requests. Therefore
/// this type asks the broker for the number of consumers while no reply arrives.
final class QueueConsumerLossDetector: Sendable {
  private struct QueueWatch {
    let client: ClientValue
    let isLost = ConsumerLossFlag()
    var task: Task<Void, Never>?
  }

  private final class ConsumerLossFlag: Sendable {
    let value = Atomic(false)
  }

  private let watches = Mutex<[Int: QueueWatch]>([:])
  private static let pause = Duration.milliseconds(100)
  private static let waitLimit = Duration.seconds(2)

  /// Watches the queue of a client until the next call of ``end()``.
  func begin(_ client: ClientValue) {
    watches.withLock { watches in
      guard watches[client.serial] == nil else { return }
      var watch = QueueWatch(client: client)
      let isLost = watch.isLost
      watch.task = Task { await Self.watch(client, isLost) }
      watches[client.serial] = watch
    }
  }

  /// Stops watching all queues, and returns the names of the queues that lost their consumer.
  func end() -> [String] {
    let watches = watches.withLock { watches in
      defer { watches = [:] }
      return watches.values
    }
    for watch in watches { watch.task?.cancel() }
    return watches.filter { $0.isLost.value.load(ordering: .acquiring) }.map(\.client.queue).sorted()
  }

  private static func watch(_ client: ClientValue, _ isLost: ConsumerLossFlag) async {
    let activity = client.client.activity
    var (answers, hadConsumer) = (activity.answers, false)
    while (try? await Task.sleep(for: pause)) != nil {
      let now = activity.answers
      guard now == answers, activity.changesInFlight > 0 else {
        (answers, hadConsumer) = (now, hadConsumer || now != answers)
        continue
      }
      guard let state = try? await client.connection.link.probe(queue: client.queue, until: .now + waitLimit) else {
        continue
      }
      hadConsumer = hadConsumer || state.consumers > 0
      guard state.consumers == 0, hadConsumer else { continue }
      isLost.value.store(true, ordering: .releasing)
      return
    }
  }
}

extension Session {
  /// Shows a note for each queue that lost its consumer while a statement sent `create` requests to the queue.
  func noteLostConsumers() {
    for queue in consumers.end() {
      note(
        "queue \(queue) lost its consumer during the statement, so the broker may have delivered a request twice: "
          + "count the created resources; help losses explains this")
    }
  }
}
