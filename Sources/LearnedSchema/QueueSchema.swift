public import Client
import Glibc
import JSONAPI
public import JSONText
import Redaction
import Synchronization

/// What the replies of the service on one queue have shown of its types.
///
/// It looks at the first replies and then at one every 50 ms at most, so that a request's cost does not grow.
public final class QueueSchema: Sendable {
  /// Where the queue is: broker and virtual host, or the embedded service.
  public let place: String
  /// The queue.
  public let queue: String

  fileprivate struct State {
    var types: [String: TypeSchema] = [:]
    /// The type that each client was made for, in the order they came.
    var clientTypes: [String] = []
    var isChanged = false
  }

  private let state = Mutex(State())
  private let observed = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  /// Reads what was kept of it before.
  private let kept: @Sendable (QueueSchema) -> [String: TypeSchema]
  private let isLoaded = Atomic<Bool>(false)

  init(place: String, queue: String, kept: @escaping @Sendable (QueueSchema) -> [String: TypeSchema]) {
    self.place = place
    self.queue = queue
    self.kept = kept
  }

  /// Adds what was kept of it before, the first time.
  public func load() {
    guard !isLoaded.exchange(true, ordering: .acquiringAndReleasing) else { return }
    add(kept(self))
  }

  /// How many types are kept.
  static let typeLimit = 500
  /// How many replies are looked at whenever they come.
  private static let always = 64

  /// The type of a name; nil where nothing is known of it.
  public subscript(type: String) -> TypeSchema? { state.withLock { $0.types[type] } }

  /// The names of the types that something is known of.
  public var types: [String] { state.withLock { $0.types.keys.sorted() } }

  /// The types that clients asked for.
  public var clientTypes: [String] { state.withLock(\.clientTypes) }

  /// Returns what is known, and whether that has changed since the last time, and takes it for unchanged.
  func takeChanged() -> [String: TypeSchema]? {
    state.withLock { state in
      defer { state.isChanged = false }
      return state.isChanged ? state.types : nil
    }
  }

  private func add(_ types: [String: TypeSchema]) {
    state.withLock { state in
      for (name, type) in types where state.types[name] != nil || state.types.count < Self.typeLimit {
        state.types[name] = state.types[name].map { type.merging($0) } ?? type
      }
    }
  }

  /// Forgets everything.
  func forget() {
    state.withLock { state in
      state.types = [:]
      state.isChanged = false
    }
  }
}

extension QueueSchema: ReplyObserver {
  /// Looks at a reply, if its turn has come.
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
          state.change(type) { $0.take(name, in: parameter, isAccepted: true, at: time) }
        }
        state.take(document, at: time)
      case .failure(let error):
        for (parameter, name) in RefusedName.all(in: error.errors, names) {
          state.change(type) { $0.take(name, in: parameter, isAccepted: false, at: time) }
        }
      }
    }
  }

  private var isDue: Bool {
    if observed.load(ordering: .relaxed) < Self.always {
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

  /// The names in the parameters of a request (WireProtocol.md, "Parameters").
  private static func names(in params: JSONObject) -> [(parameter: TypeSchema.Parameter, name: String)] {
    let filters = params["filter"]?.objectValue?.keys ?? []
    let sorts = params["sort"]?.stringValue?.split(separator: ",").map { $0.drop { $0 == "-" } } ?? []
    let includes = params["include"]?.stringValue?.split(separator: ",") ?? []
    return filters.map { (.filter, $0) } + sorts.map { (.sort, String($0)) } + includes.map { (.include, String($0)) }
  }
}

extension QueueSchema.State {
  mutating func change(_ type: String, _ body: (inout TypeSchema) -> Void) {
    guard type.utf8.count <= 200, types[type] != nil || types.count < QueueSchema.typeLimit else { return }
    isChanged = true
    body(&types[type, default: TypeSchema()])
  }

  /// Takes the first resources of a document: some of its primary data, and some of each type that is included.
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
    change(type) { schema in
      if let id { schema.take(id: id) }
      for (name, value) in resource["attributes"]?.objectValue ?? [:] {
        let isSecret = Secrets.isSecret(name: name)
        schema.attributes.update(name, TypeSchema.Attribute()) { $0.take(value, isSecret: isSecret, at: time) }
      }
      for (name, value) in resource["relationships"]?.objectValue ?? [:] {
        schema.relationships.update(name, TypeSchema.Relationship()) { $0.take(value, at: time) }
      }
    }
  }
}
