public import JSONAPI
public import JSONRPC
import JSONText

/// A client of a JSON:API service, with methods such as `index` and `show` (in the Elixir library:
/// Retort.Client.Generic).
///
/// ```swift
/// let posts = ResourceClient(transport: transport, settings: ClientSettings(type: "posts", meta: [:]))
/// let page = try await posts.index(Query())
/// ```
public struct ResourceClient: Sendable {
  struct ClientProperties: Sendable {
    var transport: any Transport
    /// The transport as a `CallbackTransport`; nil if the transport can't pass replies to a function.
    let poster: (any CallbackTransport)?
    var settings: ClientSettings
    var trace: Trace?
    var lateReplies: LateReplies?
    var retries = 0
    var observer: (any ReplyObserver)?
    let activity = RequestCountsAndTimes()
    let observedFacts = ObservedTypeAndToOnes()
  }

  /// The properties of a client in one object.
  ///
  /// A client is copied several times for each request. With the object, a copy is cheap.
  final class SharedClientProperties: Sendable {
    let properties: ClientProperties
    /// The `meta` to add unchanged to a request without its own `meta`; nil if the client can't add it unchanged.
    ///
    /// The value is nil if the client renames names, or if a required `beam` is missing. The object contains its own
    /// JSON text. Each request copies this text instead of encoding the object again.
    let unchangedMeta: JSONObject?

    init(_ properties: ClientProperties) {
      self.properties = properties
      let (settings, meta) = (properties.settings, properties.settings.meta)
      let isComplete = settings.keys == .wire && (!settings.requiresBeam || meta.hasBeam)
      unchangedMeta = isComplete ? meta.encodedOnce() : nil
    }
  }

  /// The properties, which all copies of the client share.
  ///
  /// Internal code reads one setting with `box.properties.settings.keys`, because `settings.keys` first copies all
  /// settings.
  private(set) var box: SharedClientProperties

  /// The transport to the service.
  var transport: any Transport { box.properties.transport }

  /// The transport as a `CallbackTransport`; nil if the transport can't pass replies to a function.
  var poster: (any CallbackTransport)? { box.properties.poster }

  /// The client's settings.
  public var settings: ClientSettings {
    get { box.properties.settings }
    set { change { $0.settings = newValue } }
  }

  /// The JSON:API type of the client's resources.
  ///
  /// The property is faster than a read through ``settings``, which copies all settings.
  public var type: String { box.properties.settings.type }

  /// The relationships that the client declares, by name.
  ///
  /// The property is faster than a read through ``settings``, which copies all settings.
  public var relationships: [String: ClientSettings.DeclaredRelationship] { box.properties.settings.relationships }

  /// The trace of requests and replies, and of remarks that are not errors; nil if there is no trace.
  public var trace: Trace? {
    get { box.properties.trace }
    set { change { $0.trace = newValue } }
  }

  /// The object that receives late replies to changes; nil if the client ignores them.
  public var lateReplies: LateReplies? {
    get { box.properties.lateReplies }
    set { change { $0.lateReplies = newValue } }
  }

  /// The maximum number of times that the client repeats a read after temporary failures.
  public var retries: Int {
    get { box.properties.retries }
    set { change { $0.retries = newValue } }
  }

  /// The observer of the client's replies; nil if there is no observer.
  public var observer: (any ReplyObserver)? {
    get { box.properties.observer }
    set { change { $0.observer = newValue } }
  }

  /// The client's counts of requests and replies, and its measured times.
  public var activity: RequestCountsAndTimes { box.properties.activity }

  /// The type and the to-one relationships that the client's replies have shown.
  var observedFacts: ObservedTypeAndToOnes { box.properties.observedFacts }

  private mutating func change(_ body: (inout ClientProperties) -> Void) {
    var properties = box.properties
    body(&properties)
    box = SharedClientProperties(properties)
  }

  /// Creates a client.
  public init(
    transport: any Transport, settings: ClientSettings, trace: Trace? = nil, lateReplies: LateReplies? = nil
  ) {
    box = SharedClientProperties(
      ClientProperties(
        transport: transport, poster: transport as? any CallbackTransport, settings: settings, trace: trace,
        lateReplies: lateReplies))
  }

  /// The maximum time to wait for a reply: the client's timeout, another time, or no limit.
  public enum WaitLimit: Sendable {
    case usual
    case limited(Duration)
    case endless
  }

  /// The queue to which the client sends its requests.
  public var queue: String { transport.queue }

  /// The executor for tasks with many requests: the connection's thread, or nil for the default.
  public var taskExecutor: (any TaskExecutor)? { transport.taskExecutor }

  /// Ends all waiting requests with an error.
  public func abandon() { transport.abandon() }

  /// Closes the client's channel, and deletes the client's reply queue.
  public func close() async { await transport.close() }

  /// Returns the beginning of a message about a method: `posts show`.
  func label(_ method: String) -> String { "\(type) \(method)" }

  /// Sends a read and returns the reply's document.
  ///
  /// - Throws: The ``ClientError`` of ``send(_:waitLimit:)``; an error of kind `protocol` if the result is not a
  ///   document.
  public func document(_ request: ReadRequest, waitLimit: WaitLimit = .usual) async throws(ClientError) -> Document {
    try await document(request, waitLimit: waitLimit) { _ throws(ClientError) in }
  }

  /// Sends a read, and returns the reply's document after a check.
  func document(
    _ request: ReadRequest, waitLimit: WaitLimit, check: (Document) throws(ClientError) -> Void
  ) async throws(ClientError) -> Document {
    try refuseSeveral(request.method, request.params)
    return try await send(request, waitLimit: waitLimit) { result throws(ClientError) in
      let document = try document(result, request.method)
      try check(document)
      return document
    }
  }

  /// Returns the JSON:API document in a result.
  ///
  /// If the result of a `destroy` is not a document, the function returns an empty document.
  func document(_ result: JSONValue, _ method: String) throws(ClientError) -> Document {
    do throws(Document.NotADocumentError) {
      let document = try Document(result)
      observedFacts.look(at: document.first, of: type)
      return document
    } catch {
      if method == "destroy" { return Document() }
      throw malformed(method, "the reply's \(error.member) is not JSON:API: \(error.text.hidingSecrets)")
    }
  }

  /// Reads a page of resources (`index`).
  ///
  /// A reply without `data` is an error, not an empty page.
  ///
  /// - Throws: The ``ClientError`` of ``document(_:waitLimit:)``; an error of kind `protocol` if the reply's `data` is
  ///   missing, null or an empty object.
  public func index(_ query: Query, waitLimit: WaitLimit = .usual) async throws(ClientError) -> Document {
    let request = ReadRequest(method: "index", params: query.params)
    return try await document(request, waitLimit: waitLimit) { document throws(ClientError) in
      try refuseMissingData(document, "index")
    }
  }

  /// Reads a page to learn the total number of resources.
  ///
  /// Unlike a reply to ``index(_:waitLimit:)``, a reply with a total can lack `data`.
  func total(_ query: Query, waitLimit: WaitLimit) async throws(ClientError) -> Document {
    let request = ReadRequest(method: "index", params: query.params)
    return try await document(request, waitLimit: waitLimit) { document throws(ClientError) in
      if document.total == nil { try refuseMissingData(document, "index") }
    }
  }

  /// Throws an error if the `data` of a reply to `index` is missing, null or an empty object.
  func refuseMissingData(_ document: Document, _ method: String) throws(ClientError) {
    if document.object["data"]?.isNull ?? true { throw malformed(method, "the reply has no data") }
    if document.resource?.isEmpty == true { throw malformed(method, "the reply has no data") }
  }

  /// Reads one resource (`show`).
  public func show(
    _ id: String, _ query: Query = Query(), waitLimit: WaitLimit = .usual
  ) async throws(ClientError) -> Document {
    let params = JSONObject([("id", .string(id))]).merging(query.params)
    let request = ReadRequest(method: "show", params: params)
    return try await document(request, waitLimit: waitLimit) { document throws(ClientError) in
      guard document.resource?.isEmpty == false else { throw malformed("show", "the reply has no resource") }
    }
  }

  /// Throws an error if the parameter `id` is empty or contains a comma.
  ///
  /// A service reads `"1,2"` as two ids. A `destroy` with this id would destroy two resources (WireProtocol.md,
  /// "Parameters").
  func refuseSeveral(_ method: String, _ params: JSONObject) throws(ClientError) {
    if let id = params["id"]?.stringValue { try refuseSeveral(method, id) }
  }

  /// Throws an error if an id is empty or contains a comma, like the function above.
  func refuseSeveral(_ method: String, _ id: String) throws(ClientError) {
    guard id.isEmpty || id.contains(ascii: UInt8(ascii: ",")) else { return }
    throw ClientError(
      .value, "\(label(method)): the id is \"\(id)\"", nextStep: "an id must not be empty or contain a comma")
  }

  /// Returns the error for a reply that breaks the protocol.
  func malformed(_ method: String, _ message: String) -> ClientError {
    var error = ClientError(.malformed, "\(label(method)): \(message)")
    error.wasSent = true
    return error
  }
}
