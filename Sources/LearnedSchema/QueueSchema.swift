public import Client
import Glibc
import JSONAPI
public import JSONText
import Redaction
import Synchronization

/// The schemas of the resource types of one queue, learned from the replies of the service.
///
/// The object learns from every error reply to a request with filters, sort fields or includes. To limit the cost, it
/// learns from only some of the successful replies: from the first 64, and then from at most one every 50 ms.
public final class QueueSchema: Sendable {
  /// The location of the queue: the broker and the virtual host, or the embedded service.
  public let place: String
  /// The name of the queue.
  public let queue: String

  fileprivate struct LearnedTypes {
    var types: [String: TypeSchema] = [:]
    /// The resource types of the observed requests, in the order of their first observation.
    var clientTypes: [String] = []
    /// Whether a schema has changed since the store last wrote the schemas to the file.
    var isChanged = false
    /// Whether new values or ids have arrived since the store last wrote the schemas to the file.
    var hasNewValues = false
  }

  private let state = Mutex(LearnedTypes())
  private let observed = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  /// The function that reads the schemas from the queue's file.
  private let kept: @Sendable (QueueSchema) -> [String: TypeSchema]
  private let isLoaded = Atomic<Bool>(false)

  init(place: String, queue: String, kept: @escaping @Sendable (QueueSchema) -> [String: TypeSchema]) {
    self.place = place
    self.queue = queue
    self.kept = kept
  }

  /// Adds the schemas from the queue's file to this object, in the background if the file is large.
  ///
  /// Further calls have no effect. `size` is the length of the file in bytes.
  func loadSoon(size: Int) {
    guard size > 32_768 else { return load() }
    Task.detached(priority: .utility) { self.load() }
  }

  /// Adds the schemas from the queue's file to this object; further calls have no effect.
  public func load() {
    guard !isLoaded.exchange(true, ordering: .acquiringAndReleasing) else { return }
    add(kept(self))
  }

  /// The maximum number of resource types in the schemas of one queue.
  static let typeLimit = 500
  /// The number of successful replies after which the object begins to skip replies.
  ///
  /// From then on, the object learns from at most one successful reply every 50 ms.
  private static let observedAtAnyRate = 64

  /// The schema of a type; nil if the type is unknown.
  public subscript(type: String) -> TypeSchema? { state.withLock { $0.types[type] } }

  /// The names of the known types.
  public var types: [String] { state.withLock { $0.types.keys.sorted() } }

  /// The resource types of the observed requests, in the order of their first observation.
  public var clientTypes: [String] { state.withLock(\.clientTypes) }

  /// Returns the schemas, and marks them as written; nil if the schemas have not changed since the last write.
  ///
  /// - Parameter withValues: Whether new values and ids count as a change.
  /// - Returns: The types by name.
  func takeChanged(withValues: Bool) -> [String: TypeSchema]? {
    state.withLock { state in
      guard state.isChanged || withValues && state.hasNewValues else { return nil }
      (state.isChanged, state.hasNewValues) = (false, false)
      return state.types
    }
  }

  /// Marks the schemas as changed again, because the store could not write the schemas.
  func keepChanged() { state.withLock { $0.isChanged = true } }

  private func add(_ types: [String: TypeSchema]) {
    state.withLock { state in
      for (name, type) in types where state.types[name] != nil || state.types.count < Self.typeLimit {
        state.types[name] = state.types[name].map { type.merging($0) } ?? type
      }
    }
  }

  /// Adds the attributes and relationships of a type from the service's own schema.
  ///
  /// The service's own schema contains no values. The object learns values only from replies.
  ///
  /// - Parameters:
  ///   - type: The type.
  ///   - attributes: The attributes of the type, each with the kind of its values, such as `string`; nil for an unknown
  ///     kind.
  ///   - relationships: The relationships of the type.
  public func learn(
    _ type: String, attributes: [(name: String, kind: String?)],
    relationships: [(name: String, type: String, isToMany: Bool)]
  ) {
    state.withLock { state in
      guard state.types[type] != nil || state.types.count < Self.typeLimit else { return }
      state.types[type, default: TypeSchema()].learn(attributes, relationships)
    }
  }

  /// Forgets the schemas of all types.
  func forget() {
    state.withLock { state in
      state.types = [:]
      (state.isChanged, state.hasNewValues) = (false, false)
    }
  }
}

extension QueueSchema: ReplyObserver {
  /// Learns from a reply; ignores a successful reply that follows the last observed reply too soon.
  public func observe(
    _ reply: Result<JSONValue, ClientError>, to method: String, _ params: JSONObject, of type: String
  ) {
    if case .success = reply, !isDue { return }
    let (time, names) = (Glibc.time(nil), Self.names(in: params))
    if case .failure = reply, names.isEmpty { return }
    state.withLock { state in
      if !state.clientTypes.contains(type), state.clientTypes.count < 50 { state.clientTypes.append(type) }
      switch reply {
      case .success(let result):
        guard let document = result.objectValue, method != "call" else { return }
        for (parameter, name) in names {
          state.take(name, of: type, in: parameter, isAccepted: true, at: time)
        }
        state.take(document, at: time)
      case .failure(let error):
        for (parameter, name) in RefusedNameFinder.all(in: error.errors, names) {
          state.take(name, of: type, in: parameter, isAccepted: false, at: time)
        }
      }
    }
  }

  private var isDue: Bool {
    if observed.load(ordering: .relaxed) < Self.observedAtAnyRate {
      observed.add(1, ordering: .relaxed)
      return true
    }
    var clock = timespec()
    guard unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &clock) == 0 else { return false }
    let now = Int(clock.tv_sec) * 1000 + Int(clock.tv_nsec) / 1_000_000
    guard now >= next.load(ordering: .relaxed) else { return false }
    next.store(now + 50, ordering: .relaxed)
    return true
  }

  /// Returns the names of attributes and relationships in a request's parameters (WireProtocol.md, "Parameters").
  private static func names(in params: JSONObject) -> [(parameter: TypeSchema.QueryParameter, name: String)] {
    let filters = params["filter"]?.objectValue?.keys ?? []
    let sorts = params["sort"]?.stringValue?.split(separator: ",").map { $0.drop { $0 == "-" } } ?? []
    let includes = params["include"]?.stringValue?.split(separator: ",") ?? []
    return filters.map { (.filter, $0) } + sorts.map { (.sort, String($0)) } + includes.map { (.include, String($0)) }
  }
}

extension QueueSchema.LearnedTypes {
  mutating func change(_ type: String, _ body: (inout TypeSchema) -> Void) {
    guard type.utf8.count <= 200, types[type] != nil || types.count < QueueSchema.typeLimit else { return }
    if types[type] == nil { isChanged = true }
    body(&types[type, default: TypeSchema()])
  }

  /// Records that the service accepted or refused a name in a query parameter, such as a field in `sort`.
  mutating func take(
    _ name: String, of type: String, in parameter: TypeSchema.QueryParameter, isAccepted: Bool, at time: Int
  ) {
    let before = types[type]?.verdicts[parameter]?[name]
    change(type) { $0.take(name, in: parameter, isAccepted: isAccepted, at: time) }
    if before?.isAccepted != isAccepted || time - (before?.seen ?? 0) > Self.day { isChanged = true }
  }

  /// The number of seconds after which the store writes a repeated observation again, with its new time.
  private static let day = 86_400

  /// Learns from some of the resources of a document.
  ///
  /// The function uses at most 8 resources in `data`, and at most 4 resources of each type in `included`.
  mutating func take(_ document: JSONObject, at time: Int) {
    let data = document["data"]
    if let resources = data?.arrayValue {
      for resource in resources.prefix(8) { take(resource: resource.objectValue, at: time) }
    } else {
      take(resource: data?.objectValue, at: time)
    }
    var counts: [String: Int] = [:]
    for resource in document["included"]?.first(64) ?? [] {
      guard let object = resource.objectValue, let type = object["type"]?.stringValue else { continue }
      counts[type, default: 0] += 1
      if counts[type, default: 0] <= 4 { take(resource: object, at: time) }
    }
  }

  private mutating func take(resource: JSONObject?, at time: Int) {
    guard let resource, let type = resource["type"]?.stringValue else { return }
    let id = resource["id"]?.idText
    var (isNew, hasNewValues) = (false, false)
    change(type) { schema in
      if let id, schema.ids.first != id {
        schema.take(id: id)
        hasNewValues = true
      }
      for (name, value) in resource["attributes"]?.objectValue ?? [:] {
        let before = schema.attributes[name]
        let isSecret = Secrets.isSecret(name: name)
        schema.attributes.update(name, TypeSchema.Attribute()) { $0.take(value, isSecret: isSecret, at: time) }
        guard let after = schema.attributes[name] else { continue }
        if before?.kinds != after.kinds || before?.isNullable != after.isNullable { isNew = true }
        if before?.values.count != after.values.count { hasNewValues = true }
        if time - (before?.seen ?? 0) > Self.day { isNew = true }
      }
      for (name, value) in resource["relationships"]?.objectValue ?? [:] {
        let before = schema.relationships[name]
        schema.relationships.update(name, TypeSchema.Relationship()) { $0.take(value, at: time) }
        guard let after = schema.relationships[name] else { continue }
        if before?.types != after.types || before?.isToMany != after.isToMany { isNew = true }
        if time - (before?.seen ?? 0) > Self.day { isNew = true }
      }
    }
    if isNew { isChanged = true }
    if hasNewValues { self.hasNewValues = true }
  }
}
