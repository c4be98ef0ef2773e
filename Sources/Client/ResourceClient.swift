public import JSONAPI
public import JSONRPC
import JSONText

/// A resource service's verbs, as Retort.Client.Generic has them.
///
/// ```swift
/// let posts = ResourceClient(transport: transport, settings: Settings(type: "posts", meta: [:]))
/// let page = try await posts.index(Query())
/// ```
public struct ResourceClient: Sendable {
  private struct Parts: Sendable {
    var transport: any Transport
    var settings: Settings
    var trace: Trace?
    var lateReplies: LateReplies?
    var observer: (any ReplyObserver)?
    let activity = Activity()
    let linkages = SeenLinkages()
  }

  /// The parts in one object, since a client is copied some times for each request.
  private final class Box: Sendable {
    let parts: Parts

    init(_ parts: Parts) { self.parts = parts }
  }

  private var box: Box

  /// The way to the service.
  var transport: any Transport { box.parts.transport }

  /// What it was made with.
  public var settings: Settings {
    get { box.parts.settings }
    set { change { $0.settings = newValue } }
  }

  /// Shows requests and replies, and what is worth knowing and is no error.
  public var trace: Trace? {
    get { box.parts.trace }
    set { change { $0.trace = newValue } }
  }

  /// Remembers the changes whose reply did not come in time.
  public var lateReplies: LateReplies? {
    get { box.parts.lateReplies }
    set { change { $0.lateReplies = newValue } }
  }

  /// Looks at its replies.
  public var observer: (any ReplyObserver)? {
    get { box.parts.observer }
    set { change { $0.observer = newValue } }
  }

  /// What it is at.
  public var activity: Activity { box.parts.activity }

  /// What its answers have shown of its type.
  var linkages: SeenLinkages { box.parts.linkages }

  private mutating func change(_ body: (inout Parts) -> Void) {
    var parts = box.parts
    body(&parts)
    box = Box(parts)
  }

  /// Creates a client.
  public init(
    transport: any Transport, settings: Settings, trace: Trace? = nil, lateReplies: LateReplies? = nil
  ) {
    box = Box(Parts(transport: transport, settings: settings, trace: trace, lateReplies: lateReplies))
  }

  /// How long a call waits: as the client says, another time, or for ever.
  public enum Patience: Sendable {
    case usual
    case limited(Duration)
    case endless
  }

  /// The queue that requests go to.
  public var queue: String { transport.queue }

  /// Where tasks with many requests run best: the connection's own thread, or nil for anywhere.
  public var taskExecutor: (any TaskExecutor)? { transport.taskExecutor }

  /// Waits no longer for any reply.
  public func abandon() { transport.abandon() }

  /// Closes its channel; the reply queue goes with it.
  public func close() async { await transport.close() }

  /// What messages begin with: `posts show`.
  func label(_ method: String) -> String { "\(settings.type) \(method)" }

  /// Sends a request that changes nothing and returns the document of the reply.
  ///
  /// - Throws: ``ClientError`` as ``send(_:patience:)`` does; kind `protocol` where the result is no document.
  public func document(_ request: ReadRequest, patience: Patience = .usual) async throws(ClientError) -> Document {
    try await document(request, patience: patience) { _ throws(ClientError) in }
  }

  /// Sends a request that changes nothing and returns the document of the reply, once it has passed a check.
  func document(
    _ request: ReadRequest, patience: Patience, check: (Document) throws(ClientError) -> Void
  ) async throws(ClientError) -> Document {
    try refuseSeveral(request.method, request.params)
    return try await send(request, patience: patience) { result throws(ClientError) in
      let document = try document(result, request.method)
      try check(document)
      return document
    }
  }

  /// The document that a result is.
  func document(_ result: JSONValue, _ method: String) throws(ClientError) -> Document {
    do throws(Document.NoDocument) {
      let document = try Document(result)
      linkages.look(at: document.resources.first, of: settings.type)
      return document
    } catch {
      if method == "destroy" { return Document() }
      throw malformed(method, "the reply's \(error.member) is no JSON:API: \(error.text.hidingSecrets)")
    }
  }

  /// Reads a page of resources (`index`).
  public func index(_ query: Query, patience: Patience = .usual) async throws(ClientError) -> Document {
    try await document(ReadRequest(method: "index", params: query.params), patience: patience)
  }

  /// Reads a page where it matters that there is one: a reply without `data` is no empty list.
  ///
  /// - Throws: ``ClientError`` as ``document(_:patience:)`` does; kind `protocol` for a reply without `data`.
  public func list(_ query: Query, patience: Patience = .usual) async throws(ClientError) -> Document {
    let request = ReadRequest(method: "index", params: query.params)
    return try await document(request, patience: patience) { document throws(ClientError) in
      if document.pagination()?.totalSize == nil { try refuseMissingData(document, "index") }
    }
  }

  /// Refuses a reply without `data`, which says nothing of what there is.
  func refuseMissingData(_ document: Document, _ method: String) throws(ClientError) {
    if !document.object.contains("data") { throw malformed(method, "the reply has no data") }
  }

  /// Reads one resource (`show`).
  public func show(
    _ id: String, _ query: Query = Query(), patience: Patience = .usual
  ) async throws(ClientError) -> Document {
    let params = JSONObject([("id", .string(id))]).merging(query.params)
    let request = ReadRequest(method: "show", params: params)
    return try await document(request, patience: patience) { document throws(ClientError) in
      guard document.resource != nil else { throw malformed("show", "the reply has no resource") }
    }
  }

  /// Refuses an id that a service takes for several: `destroy` of `"1,2"` destroys two (WireProtocol.md, "Parameters").
  func refuseSeveral(_ method: String, _ params: JSONObject) throws(ClientError) {
    guard let id = params["id"]?.stringValue, id.isEmpty || id.utf8.contains(UInt8(ascii: ",")) else { return }
    throw ClientError(
      .value, "\(label(method)): the id is \"\(id)\"", nextStep: "an id is not empty and holds no comma")
  }

  /// The error of a reply that says something else than it should.
  func malformed(_ method: String, _ message: String) -> ClientError {
    var error = ClientError(.malformed, "\(label(method)): \(message)")
    error.wasSent = true
    return error
  }
}
