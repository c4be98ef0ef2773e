import JSONText

/// The queue and the broker of the resources in a backup.
///
/// The first image (resource) of a backup contains both names in its `meta`:
/// `{"retort-backup":{"broker":"rabbit@host /","queue":"a"}}`.
public struct BackupSourceQueue: Sendable, Equatable {
  /// The identity of the broker and its vhost.
  public let broker: String
  /// The name of the queue.
  public let queue: String

  private static let member = "retort-backup"

  /// Creates a pair of a broker and a queue.
  public init(broker: String, queue: String) { (self.broker, self.queue) = (broker, queue) }

  /// Reads the broker and the queue from the `meta` of an image; nil if one of them is missing.
  init?(in image: JSONObject) {
    guard let mark = image["meta"]?[Self.member], let broker = mark["broker"]?.stringValue,
      let queue = mark["queue"]?.stringValue
    else { return nil }
    self.init(broker: broker, queue: queue)
  }

  /// Returns a copy of an image, with the broker and the queue in its `meta`.
  func marking(_ image: JSONObject) -> JSONObject {
    var (image, meta) = (image, image["meta"]?.objectValue ?? [:])
    meta[Self.member] = ["broker": .string(broker), "queue": .string(queue)]
    image["meta"] = .object(meta)
    return image
  }
}
