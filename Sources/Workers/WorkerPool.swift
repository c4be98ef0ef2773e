package import AMQP
import Glibc

/// A pool of workers: programs that carry out changes for other programs.
///
/// The changes arrive in one queue.
package struct WorkerPool: Sendable {
  /// The name of the pool, as in `workers: "NAME"`.
  package let name: String
  /// The broker's vhost.
  ///
  /// Each chunk contains the name of the vhost. Therefore a signed chunk is not valid in another vhost.
  package let vhost: String
  /// The secret shared by the workers and the programs that send chunks; nil if messages are not signed.
  package let key: MessageAuthenticationKey?

  /// The maximum number of changes in a chunk.
  package static let chunkLimit = 200
  /// The size of a request or a reply above which the next chunks get fewer changes, in bytes.
  ///
  /// A broker refuses large messages: RabbitMQ 4 refuses more than 16 MiB, unless its configuration allows more.
  static let messageSize = 4 << 20
  /// The size of a reply above which a worker omits the contents of the largest results, in bytes.
  static let replySize = 12 << 20
  /// The time from the creation of a chunk to its expiry.
  ///
  /// After this time, a worker sends no more changes of the chunk.
  static let life = Duration.seconds(50)
  /// The maximum time to the expiry of a chunk when a worker receives it, by the worker's clock.
  ///
  /// A worker whose clock is more than two seconds behind refuses new chunks.
  static let longestLife = life + .seconds(2)
  /// The time from the creation of a chunk after which the sender assumes that no worker sends its changes.
  ///
  /// The time is longer than `life`, because the clock of a worker can be behind.
  static let assumedLife = life + .seconds(10)
  /// The name of the environment variable with the pool's secret.
  package static let keyVariable = "RETORT_POOL_KEY"
  /// The advice to the user after a wrong signature.
  static let sameKey = "the workers and the programs that use them need the same \(keyVariable)"

  /// The advice to the user if the pool has no worker.
  var startStep: String {
    "start a worker: retort work --pool \(name); for the worker, set RETORT_URL to the broker's URI with the password, "
      + "and \(Self.keyVariable) to the pool's secret"
  }

  /// Creates a pool.
  package init(name: String, vhost: String, key: MessageAuthenticationKey?) {
    (self.name, self.vhost, self.key) = (name, vhost, key)
  }

  /// The name of the queue for the pool's chunks.
  package var queue: String { Self.queuePrefix + name }
  /// The beginning of the name of every pool's queue.
  static let queuePrefix = "retort.work."

  /// Returns the name of the queue on which the worker with the given number answers status requests.
  ///
  /// The broker deletes this queue when the worker's connection ends.
  func questions(to worker: Int) -> String { "\(queue).worker.\(worker)" }

  /// The declaration of the pool's queue, which is a quorum queue.
  ///
  /// If a worker is lost, the queue delivers the worker's chunk again, at most three times.
  static let declaration = QueueDeclaration(type: .quorum, deliveryLimit: 3)

  /// The maximum heartbeat interval of the connection over which a worker receives chunks, in seconds.
  private static let longestHeartbeat = 5

  /// Returns the heartbeat interval of the connection over which a worker receives chunks, in seconds.
  ///
  /// The interval comes from the URI, but is at most 5 seconds.
  static func heartbeat(of uri: AMQPURI) -> Int {
    uri.heartbeat > 0 ? min(uri.heartbeat, longestHeartbeat) : longestHeartbeat
  }

  /// Returns the maximum time until a worker notices the loss of the connection over which it receives chunks.
  ///
  /// The time is 2.5 heartbeat intervals. librabbitmq ends a connection after two intervals without a byte. The program
  /// calls librabbitmq at least twice in each interval, so it notices the end at most half an interval later.
  package static func silence(of uri: AMQPURI) -> Duration { .milliseconds(2500 * heartbeat(of: uri)) }

  /// The time in milliseconds since 1970, for the expiry of chunks.
  static var now: Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
  }
}

extension WorkerPool {
  private static let before = Array(#","signature":""#.utf8)
  private static let after = Array(#""}"#.utf8)
  /// The length in bytes of the JSON member that contains the signature.
  private static let length = before.count + 64 + after.count

  /// Returns a JSON object with a signature as its last member; without a secret, returns the object unchanged.
  ///
  /// The signature covers all bytes before this member.
  func signed(_ object: [UInt8]) -> [UInt8] {
    guard let key, object.last == UInt8(ascii: "}") else { return object }
    var bytes = Array(object.dropLast())
    guard let code = key.code(of: bytes) else { return object }
    bytes += Self.before
    bytes += code
    bytes += Self.after
    return bytes
  }

  /// Returns whether a JSON object ends with a signature, right or wrong.
  static func isSigned(_ bytes: [UInt8]) -> Bool {
    bytes.count > length && bytes.suffix(length).starts(with: before) && bytes.suffix(after.count).elementsEqual(after)
  }

  /// Returns whether a JSON object ends with the signature of the bytes before it; always true without a secret.
  func accepts(_ bytes: [UInt8]) -> Bool {
    guard let key else { return true }
    guard Self.isSigned(bytes) else { return false }
    let text = Array(bytes.dropLast(Self.length))
    let signature = Array(bytes.suffix(Self.length))
    return key.accepts(Array(signature[Self.before.count..<Self.before.count + 64]), of: text)
  }
}
