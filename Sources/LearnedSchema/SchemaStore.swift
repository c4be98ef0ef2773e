import JSONText
import Synchronization

/// The learned schemas of all queues, in memory and in a directory with a file for each queue.
///
/// ```swift
/// let store = SchemaStore(environment: environment)
/// let posts = store.schema(of: "posts", at: "localhost:5672 /")
/// ```
public final class SchemaStore: Sendable {
  /// The directory of the files; nil if the store writes no files.
  public let directory: String?
  private let schemas = Mutex<[BrokerAndQueueKey: QueueSchema]>([:])
  private let failure = Mutex<String?>(nil)

  private struct BrokerAndQueueKey: Hashable {
    var place: String
    var queue: String
  }

  /// Creates a store with files in a directory; if the directory is nil, the schemas are only in memory.
  public init(directory: String?) { self.directory = directory }

  /// Creates a store with the directory that the environment names.
  ///
  /// The directory is `$RETORT_SCHEMA`. If this variable is not set, the directory is `$XDG_STATE_HOME/retort/schema`,
  /// or by default `~/.local/state/retort/schema`.
  ///
  /// An empty `RETORT_SCHEMA` means no directory. The defaults follow
  /// https://specifications.freedesktop.org/basedir-spec/latest/
  public convenience init(environment: [String: String]) {
    if let chosen = environment["RETORT_SCHEMA"] {
      self.init(directory: chosen.isEmpty ? nil : chosen)
    } else if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      self.init(directory: state + "/retort/schema")
    } else {
      let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      self.init(directory: home.map { $0 + "/.local/state/retort/schema" })
    }
  }

  /// Returns the object with the schemas of a queue.
  ///
  /// The first call for a queue creates an object without schemas, and does not read the queue's file.
  public func schema(of queue: String, at place: String) -> QueueSchema {
    schemas.withLock { schemas in
      let key = BrokerAndQueueKey(place: place, queue: queue)
      if let known = schemas[key] { return known }
      let schema = QueueSchema(place: place, queue: queue) { [directory] schema in
        guard let directory else { return [:] }
        return Self.types(in: SchemaFile(directory: directory, place, queue).read(), of: schema)
      }
      schemas[key] = schema
      return schema
    }
  }

  /// Adds the schemas from the queue's file to `schema`.
  ///
  /// A large file is read in the background, so that the user notices no delay.
  public func prepare(_ schema: QueueSchema) {
    guard let directory else { return }
    schema.loadSoon(size: SchemaFile(directory: directory, schema.place, schema.queue).size)
  }

  /// Returns the names of the queues for which a schema is known at a location, in alphabetical order.
  public func queues(at place: String) -> [String] {
    let inMemory = schemas.withLock { schemas in
      schemas.filter { $0.key.place == place && !$0.value.types.isEmpty }.map(\.key.queue)
    }
    let kept = directory.map { directory in
      SchemaFile.all(in: directory, of: place).compactMap { name, read in
        name ?? (try? JSONValue(parsing: read()))?["queue"]?.stringValue
      }
    }
    return Set(inMemory + (kept ?? [])).sorted()
  }

  /// Returns the location with the newest schema file for a queue; nil if there is no file.
  public func place(ofQueue queue: String) -> String? {
    directory.flatMap { SchemaFile.newestPlace(in: $0, of: queue) }
  }

  /// Writes the changed schemas to their files, and merges them with the data that other processes have written.
  ///
  /// If the store can't write a schema, the next call tries again.
  ///
  /// - Parameter withValues: Whether to write example values of attributes, and ids.
  /// - Returns: The reason for a failure, if it is the store's first failure; otherwise nil.
  public func save(withValues: Bool) -> String? {
    guard let directory else { return nil }
    var first: String?
    for schema in schemas.withLock({ Array($0.values) }) {
      guard let types = schema.takeChanged(withValues: withValues) else { continue }
      let file = SchemaFile(directory: directory, schema.place, schema.queue)
      let problem = file.update { bytes in
        let kept = Self.types(in: bytes, of: schema)
        let all = types.merging(kept) { $0.merging($1) }
        var object = JSONObject([("place", .string(schema.place)), ("queue", .string(schema.queue))])
        object["types"] = .object(
          JSONObject(all.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json(withValues: withValues)) }))
        return JSONValue.object(object).encoded()
      }
      guard let problem else { continue }
      schema.keepChanged()
      first = first ?? problem
    }
    guard let first else { return nil }
    return failure.withLock { failure in
      defer { failure = first }
      return failure == nil ? "can't store the learned fields in \(directory): \(first)" : nil
    }
  }

  /// Removes the schemas of a queue, in memory and in the file; for nil, removes the schemas of all queues.
  ///
  /// - Returns: The reason why a file can't be removed; nil on success.
  public func forget(_ schema: QueueSchema? = nil) -> String? {
    for known in schemas.withLock({ Array($0.values) }) where schema == nil || known === schema { known.forget() }
    guard let directory else { return nil }
    if let schema { return SchemaFile(directory: directory, schema.place, schema.queue).remove() }
    return SchemaFile.removeAll(in: directory)
  }

  /// Reads the schemas in the bytes of a file; returns no schemas if the file belongs to another queue.
  private static func types(in bytes: [UInt8], of schema: QueueSchema) -> [String: TypeSchema] {
    guard let json = try? JSONValue(parsing: bytes), json["place"]?.stringValue == schema.place,
      json["queue"]?.stringValue == schema.queue
    else { return [:] }
    var types: [String: TypeSchema] = [:]
    for (name, value) in json["types"]?.objectValue ?? [:] where types.count < QueueSchema.typeLimit {
      types[name] = TypeSchema(value)
    }
    return types
  }
}
