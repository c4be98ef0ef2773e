public import JSONAPI
public import JSONRPC
public import JSONText

/// A resource service's verbs, as Retort.Client.Generic has them.
///
/// ```swift
/// let posts = ResourceClient(transport: transport, settings: Settings(type: "posts", meta: [:]))
/// let page = try await posts.index(Query())
/// ```
public struct ResourceClient: Sendable {
  /// The way to the service.
  public let transport: any Transport
  /// What it was made with.
  public let settings: Settings
  /// Hears of what is worth knowing and is no error.
  public var trace: (@Sendable (String) -> Void)?

  /// Creates a client.
  public init(transport: any Transport, settings: Settings, trace: (@Sendable (String) -> Void)? = nil) {
    self.transport = transport
    self.settings = settings
    self.trace = trace
  }

  /// How long a call waits: as the client says, another time, or for ever.
  public enum Patience: Sendable {
    case usual
    case limited(Duration)
    case endless
  }

  /// What messages begin with: `posts show`.
  func label(_ method: String) -> String { "\(settings.type) \(method)" }

  /// Sends a request and returns the result of the reply.
  ///
  /// - Throws: ``ClientError``; of a request that changes something and had left, without a reply, kind `unknown`.
  public func send(_ request: PreparedRequest, patience: Patience = .usual) async throws(ClientError) -> JSONValue {
    var params = request.params
    let meta = settings.meta.merging(params["meta"]?.objectValue ?? JSONObject())
    if settings.requiresBeam, meta["beam"] == nil {
      throw ClientError(
        .value, "\(label(request.method)): the client requires meta.beam and has none",
        nextStep: "meta: {beam: \"...\"}")
    }
    if !meta.isEmpty { params["meta"] = .object(meta) }
    if settings.keys == .underscore {
      params = params.renamingKeys(inLists: false) { $0.replacing("_", with: "-") }
    }
    let id = transport.nextCorrelationID()
    let body = Request(id: .string(id), method: request.method, params: params).encoded()
    let deadline = deadline(patience)
    let envelope = Envelope(
      correlationID: id, method: request.method, body: body, deadline: deadline,
      expires: request.changes && deadline != nil)
    let reply: [UInt8]
    do throws(LinkError) {
      reply = try await transport.send(envelope)
    } catch {
      throw ClientError(
        error, changes: request.changes, method: request.method, queue: transport.queue, correlationID: id)
    }
    return try result(of: reply, to: request.method)
  }

  private func deadline(_ patience: Patience) -> ContinuousClock.Instant? {
    switch patience {
    case .usual: settings.timeout.map { .now + $0 }
    case .limited(let duration): .now + duration
    case .endless: nil
    }
  }

  private func result(of reply: [UInt8], to method: String) throws(ClientError) -> JSONValue {
    let response: Response
    do throws(MalformedResponse) {
      let decoded = try Response.decode(reply)
      response = decoded.0
      if !decoded.duplicateKeys.isEmpty {
        trace?(
          "\(label(method)): keys that stand twice in the reply, the last counts: \(decoded.duplicateKeys.joined(separator: ", "))"
        )
      }
    } catch {
      throw ClientError(.malformed, "\(label(method)): \(error.message): \(error.excerpt)")
    }
    switch response.outcome {
    case .error(let error): throw ClientError(error, on: label(method))
    case .result(let result):
      if let object = result.objectValue, object.contains("errors") {
        let errors = Document.errors(in: object)
        if !errors.isEmpty { throw ClientError(errors: errors, on: label(method)) }
      }
      guard settings.keys == .underscore else { return result }
      return result.renamingKeys(inLists: true) { $0.replacing("-", with: "_") }
    }
  }

  /// Sends a request and returns the document of the reply.
  public func document(_ request: PreparedRequest, patience: Patience = .usual) async throws(ClientError) -> Document {
    let result = try await send(request, patience: patience)
    do throws(Document.NoDocument) {
      return try Document(result)
    } catch {
      throw ClientError(.malformed, "\(label(request.method)): the reply is no JSON:API document: \(error.text)")
    }
  }

  /// Reads a page of resources (`index`).
  public func index(_ query: Query, patience: Patience = .usual) async throws(ClientError) -> Document {
    try await document(PreparedRequest(method: "index", params: query.params, changes: false), patience: patience)
  }

  /// Reads one resource (`show`).
  public func show(
    _ id: String, _ query: Query = Query(), patience: Patience = .usual
  ) async throws(ClientError) -> Document {
    let params = JSONObject([("id", .string(id))]).merging(query.params)
    let document = try await document(
      PreparedRequest(method: "show", params: params, changes: false), patience: patience)
    guard document.resource != nil else {
      throw ClientError(.malformed, "\(label("show")): the reply has no resource")
    }
    return document
  }

  /// Calls any method with any parameters and returns the raw result.
  public func call(
    _ method: String, _ params: JSONObject, changes: Bool, patience: Patience = .usual
  ) async throws(ClientError) -> JSONValue {
    try await send(PreparedRequest(method: method, params: params, changes: changes), patience: patience)
  }
}
