import JSONText

/// The queue and the broker of the resources in a backup.
///
/// The first image (resource) of a backup contains both names in its `meta`:
/// `{"retort-backup":{"broker":"rabbit@host /","queue":"a","meta":{}}}`.
///
/// The member `meta` contains the members of the changes' `meta` that can select the data of the service.
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

  /// Returns the `meta` of the change for which retort wrote an image; nil if the image does not contain it.
  static func changeMeta(in image: JSONObject) -> JSONObject? { image["meta"]?[member]?["meta"]?.objectValue }

  /// Returns a copy of an image, with a mark in its `meta`: the `meta` of its change and, if `isFirst` is true, the
  /// broker and the queue.
  func marking(_ image: JSONObject, _ changeMeta: JSONObject, isFirst: Bool) -> JSONObject {
    var (image, meta) = (image, image["meta"]?.objectValue ?? [:])
    var mark: JSONObject = isFirst ? ["broker": .string(broker), "queue": .string(queue)] : [:]
    mark["meta"] = .object(changeMeta)
    meta[Self.member] = .object(mark)
    image["meta"] = .object(meta)
    return image
  }
}
