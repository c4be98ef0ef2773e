package import Broker
import Glibc

/// A pool of workers: programs that carry out changes for others, from one queue of a vhost.
package struct Pool: Sendable {
  /// Its name.
  package let name: String
  /// The broker's vhost, which the signatures cover.
  package let vhost: String
  /// The secret that its workers and those who ask them share; nil if nothing is signed.
  package let key: MessageKey?

  /// The most changes of a chunk.
  package static let chunkLimit = 200
  /// The longest time from the making of a chunk until none of its changes may be sent any more.
  static let longestLife = Duration.seconds(60)
  /// The environment variable with the secret.
  package static let keyVariable = "RETORT_POOL_KEY"
  /// What to do about a wrong signature.
  static let sameKey = "the workers and who asks them need the same \(keyVariable)"

  /// Creates a pool.
  package init(name: String, vhost: String, key: MessageKey?) { (self.name, self.vhost, self.key) = (name, vhost, key) }

  /// The queue of its chunks.
  package var queue: String { Self.queuePrefix + name }
  /// The beginning of the names of such queues.
  static let queuePrefix = "retort.work."

  /// The queue that one of its workers answers questions on; it is deleted with the worker's connection.
  func questions(to worker: Int) -> String { "\(queue).worker.\(worker)" }

  /// Whether a text can be the name of a pool: letters, digits, `-`, `_` and `.`, at most 100.
  package static func isName(_ text: String) -> Bool {
    (1...100).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
      }
  }

  /// The declaration of its queue: a quorum queue, which delivers a chunk three more times after losses of its worker.
  static let declaration = QueueDeclaration(type: .quorum, deliveryLimit: 3)

  /// The time in milliseconds since 1970, for the expiry of chunks.
  static var now: Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int(time.tv_sec) * 1000 + Int(time.tv_nsec) / 1_000_000
  }
}

extension Pool {
  private static let before = Array(#","signature":""#.utf8)
  private static let after = Array(#""}"#.utf8)
  /// The number of bytes of a signature with its name.
  private static let length = before.count + 64 + after.count

  /// A JSON object with its signature as the last member, which covers all bytes before it; unchanged without a key.
  func signed(_ object: [UInt8]) -> [UInt8] {
    guard let key, object.last == UInt8(ascii: "}") else { return object }
    var bytes = Array(object.dropLast())
    guard let code = key.code(of: bytes) else { return object }
    bytes += Self.before
    bytes += code
    bytes += Self.after
    return bytes
  }

  /// Whether a JSON object ends with the signature of the bytes before it; always true without a key.
  func accepts(_ bytes: [UInt8]) -> Bool {
    guard let key else { return true }
    guard bytes.count > Self.length else { return false }
    let text = Array(bytes.dropLast(Self.length))
    let signature = Array(bytes.suffix(Self.length))
    guard signature.starts(with: Self.before), signature.suffix(Self.after.count).elementsEqual(Self.after) else {
      return false
    }
    return key.accepts(Array(signature[Self.before.count..<Self.before.count + 64]), of: text)
  }
}
