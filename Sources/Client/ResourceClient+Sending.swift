import JSONAPI
import JSONRPC
public import JSONText

extension ResourceClient {
  /// Returns the parameters of a read, ready to send: with `meta`, and with names in the spelling that `keys` requires.
  ///
  /// If the request has its own `meta`, the keys of this `meta` have priority over the client's `meta`.
  ///
  /// - Throws: A `value` error if `meta` is not an object, if a required `meta.beam` is missing, or if two names would
  ///   become equal.
  public func wireParams(of request: ReadRequest) throws(ClientError) -> JSONObject {
    var params = request.params
    try complete(&params, request.method, keepsKeys: request.keepsKeys)
    return params
  }

  /// Returns the parameters of a change, ready to send, like ``wireParams(of:)-(ReadRequest)``.
  ///
  /// - Throws: A `value` error as for a read, and also for an id that a service can read as several ids.
  public func wireParams(of request: ChangeRequest) throws(ClientError) -> JSONObject {
    var request = request
    try completeParams(of: &request)
    return request.params
  }

  /// Makes the parameters of a change ready to send, like ``wireParams(of:)-(ChangeRequest)``.
  public func completeParams(of request: inout ChangeRequest) throws(ClientError) {
    guard !request.isComplete else { return }
    try refuseSeveral(request.method, request.params)
    try complete(&request.params, request.method, keepsKeys: request.keepsKeys)
  }

  private func complete(_ params: inout JSONObject, _ method: String, keepsKeys: Bool) throws(ClientError) {
    if let meta = box.unchangedMeta, !params.contains("meta") {
      if !meta.isEmpty { params.append("meta", .object(meta)) }
    } else {
      params = try completed(params, method, keepsKeys: keepsKeys)
    }
  }

  private func completed(_ own: JSONObject, _ method: String, keepsKeys: Bool) throws(ClientError) -> JSONObject {
    var params = own
    var meta = settings.meta
    if let own = params["meta"] {
      guard let own = own.objectValue else {
        throw refusal(method, "meta in the parameters is not an object", nextStep: "meta: {host: \"...\"}")
      }
      for (key, value) in own { meta[key] = value }
    }
    if settings.requiresBeam, !meta.hasBeam {
      throw refusal(method, "the client requires meta.beam, which is missing", nextStep: "meta: {beam: \"...\"}")
    }
    if !meta.isEmpty { params["meta"] = .object(meta) }
    guard settings.keys == .underscore else { return params }
    let renamed = keepsKeys ? params["meta"] ?? .null : .object(params)
    if let (name, other) = KeyRenaming.outgoing.clash(in: renamed) {
      throw refusal(
        method, "\(name) and \(other) would both be sent as \(other)",
        nextStep: "remove one of them, or add keys: \"wire\" to this call")
    }
    guard keepsKeys else { return KeyRenaming.outgoing.params(params) }
    if !renamed.isNull { params["meta"] = KeyRenaming.outgoing.value(renamed) }
    return params
  }

  private func refusal(_ method: String, _ message: String, nextStep: String) -> ClientError {
    ClientError(.value, "\(label(method)): \(message)", nextStep: nextStep)
  }

  /// Sends a read and returns the reply's result.
  ///
  /// - Throws: ``ClientError``.
  public func send(_ request: ReadRequest, waitLimit: WaitLimit = .usual) async throws(ClientError) -> JSONValue {
    try await send(request, waitLimit: waitLimit) { result throws(ClientError) in result }
  }

  /// Sends a read, and returns the value that `read` makes from the reply's result.
  ///
  /// The client repeats the read after temporary failures and malformed replies. The compiler must not inline the
  /// method, because a copy in each caller doubles the time to compile the module.
  @inline(never) func send<Reading>(
    _ request: ReadRequest, waitLimit: WaitLimit, read: (JSONValue) throws(ClientError) -> Reading
  ) async throws(ClientError) -> Reading {
    let params = try wireParams(of: request)
    let message = OutgoingRequest(request.method, params, changes: false, timeout: timeout(waitLimit))
    var attempt = 0
    while true {
      do throws(ClientError) { return try await send(message, read: read) } catch {
        guard attempt < retries, error.isPassing || error.kind == .malformed, !Task.isCancelled else {
          throw error.after(attempts: attempt + 1)
        }
      }
      try? await Task.sleep(for: RetryPause.pause(after: attempt))
      attempt += 1
    }
  }

  /// A request whose parameters are ready to send: with `meta`, and with names in the required spelling.
  struct OutgoingRequest {
    let method: String
    let params: JSONObject
    let changes: Bool
    /// Whether the message of a change expires at its deadline.
    let expires: Bool
    /// The time to wait for the reply; nil for no limit.
    let timeout: Duration?

    init(_ method: String, _ params: JSONObject, changes: Bool, expires: Bool = false, timeout: Duration?) {
      (self.method, self.params, self.changes, self.timeout) = (method, params, changes, timeout)
      self.expires = changes && expires && timeout != nil
    }
  }

  /// A request that is encoded for the transport, with its trace.
  struct RequestWithTrace: Sendable {
    let envelope: TransportRequest
    let trace: RequestReplyTrace?
  }

  /// Sends a message, and returns the value that `read` makes from the reply's result.
  ///
  /// The method is inlined to save one suspension of the task for each request.
  @inline(__always) func send<Reading>(
    _ message: OutgoingRequest, read: (JSONValue) throws(ClientError) -> Reading
  ) async throws(ClientError) -> Reading {
    let encoded = begin(message)
    if let poster { return try end(encoded, await poster.reply(to: encoded.envelope), at: .now, read: read) }
    let answer: LateAnswer
    do throws(LinkError) { answer = .success(try await transport.send(encoded.envelope)) } catch {
      answer = .failure(error)
    }
    return try end(encoded, answer, at: .now, read: read)
  }

  /// The longest timeout of a request: almost 50 days.
  ///
  /// RabbitMQ closes the channel if the expiration of a message is longer than 2^32 - 1 ms.
  private static let longestTimeout = Duration.milliseconds(UInt32.max)

  /// Encodes a message for the transport, and counts it as a request in flight.
  ///
  /// The compiler must not inline the method into an asynchronous function, where each clock instant needs a separate
  /// allocation.
  @inline(never) func begin(_ message: OutgoingRequest) -> RequestWithTrace {
    let id = transport.nextCorrelationID()
    let begin = ContinuousClock.now
    let envelope = TransportRequest(
      correlationID: id, method: message.method, type: type, params: message.params,
      body: Request(id: .string(id), method: message.method, params: message.params).encoded(),
      deadline: message.timeout.map { begin + min($0, Self.longestTimeout) }, timeout: message.timeout,
      expires: message.expires, mayRepeat: !message.changes, begin: begin)
    let exchangeTrace = trace.map { RequestReplyTrace($0, call(of: envelope), envelope) }
    activity.begin(envelope)
    return RequestWithTrace(envelope: envelope, trace: exchangeTrace)
  }

  /// Returns the value that `read` makes from the result in the transport's answer to a request.
  ///
  /// The compiler must not inline the method, for the reason in ``begin(_:)``.
  @inline(never) func end<Reading>(
    _ encoded: RequestWithTrace, _ answer: LateAnswer, at arrival: ContinuousClock.Instant,
    read: (JSONValue) throws(ClientError) -> Reading
  ) throws(ClientError) -> Reading {
    let envelope = encoded.envelope
    let reply: [UInt8]
    do throws(LinkError) { reply = try ended(encoded, answer, at: arrival) } catch {
      encoded.trace?.ended(error)
      throw ClientError(
        error, changes: !envelope.mayRepeat, call(of: envelope), waited: envelope.timeout,
        hasExpired: envelope.expires)
    }
    defer { activity.decoded(since: arrival) }
    do throws(ClientError) {
      let result = try result(of: reply, to: envelope)
      try refuseNothing(result, to: envelope)
      let reading = try read(result)
      encoded.trace?.ended(reply, .success(result))
      return reading
    } catch {
      encoded.trace?.ended(reply, .failure(error))
      throw withFieldStep(error, envelope).answering(call(of: envelope), changes: !envelope.mayRepeat)
    }
  }

  /// Returns the description of a request for error messages.
  private func call(of envelope: TransportRequest) -> ClientError.CallDescription {
    ClientError.CallDescription(
      method: envelope.method, label: type, queue: transport.queue, correlationID: envelope.correlationID)
  }

  /// Returns the body of the reply, or throws the transport's error.
  ///
  /// If a late reply to a change can arrive, the method registers the change with `lateReplies` before it throws. If
  /// the reply has arrived in the meantime, the method returns it.
  private func ended(
    _ encoded: RequestWithTrace, _ answer: LateAnswer, at arrival: ContinuousClock.Instant
  ) throws(LinkError) -> [UInt8] {
    let envelope = encoded.envelope
    switch answer {
    case .success(let reply):
      activity.end(envelope, at: arrival, isAnswered: true)
      return reply
    case .failure(let error):
      activity.end(envelope, at: arrival, isAnswered: false)
      let mayHaveArrived = error.wasSent && ![.lost, .closed, .stopped].contains(error.kind) || error.kind == .nacked
      let mayBeAnswered = mayHaveArrived && !envelope.mayRepeat
      guard mayBeAnswered, let answer = lateReplies?.add(late(envelope)) else { throw error }
      return try answer.get()
    }
  }

  /// Returns the description of a change for `lateReplies`.
  ///
  /// The client expects a late reply until the deadline plus the `timeout`, because the service may have received the
  /// change just before the deadline.
  private func late(_ envelope: TransportRequest) -> LateReplies.AbandonedChange {
    var reader = self
    reader.lateReplies = nil
    let call = call(of: envelope)
    let life = envelope.deadline.flatMap { deadline in envelope.timeout.map { deadline + $0 } }
    return LateReplies.AbandonedChange(
      call: call, id: envelope.params["id"]?.idText, read: { [reader] in reader.outcome(of: $0, to: call) }, life: life)
  }

  /// Returns the outcome in a late reply: a result or an error.
  func outcome(of reply: [UInt8], to call: ClientError.CallDescription) -> LateReplies.Outcome {
    do throws(ClientError) {
      return .success(renamed(try wireResult(of: reply, to: call.method, call.correlationID)))
    } catch {
      return .failure(error.answering(call, changes: true))
    }
  }

  /// Returns the time for which a request waits for its reply; nil for no limit.
  public func timeout(_ waitLimit: WaitLimit) -> Duration? {
    switch waitLimit {
    case .usual: settings.timeout
    case .limited(let duration): duration
    case .endless: nil
    }
  }

  private func result(of reply: [UInt8], to envelope: TransportRequest) throws(ClientError) -> JSONValue {
    do throws(ClientError) {
      let result = try wireResult(of: reply, to: envelope.method, envelope.correlationID)
      box.properties.observer?.observe(.success(result), to: envelope.method, envelope.params, of: type)
      return renamed(result)
    } catch {
      if !error.errors.isEmpty {
        observer?.observe(.failure(error), to: envelope.method, envelope.params, of: type)
      }
      throw error
    }
  }

  /// A copy of the client that sends and receives names in the service's spelling.
  ///
  /// The `meta` of the copy has the names that this client sends.
  public var withWireNames: ResourceClient {
    guard box.properties.settings.keys == .underscore else { return self }
    var client = self
    client.settings.meta = KeyRenaming.outgoing.object(settings.meta)
    client.settings.keys = .wire
    return client
  }

  /// Returns the name of a field in the client's requests.
  public func wireName(_ field: String) -> String {
    box.properties.settings.keys == .underscore ? KeyRenaming.outgoing.name(field) : field
  }

  /// Returns the service's result with its names in the spelling of the client's `keys`.
  public func renamed(_ result: JSONValue) -> JSONValue {
    box.properties.settings.keys == .underscore ? KeyRenaming.incoming.value(result) : result
  }

  private func wireResult(
    of reply: [UInt8], to method: String, _ correlationID: String
  ) throws(ClientError) -> JSONValue {
    let response: Response.ResponseAndDuplicateKeys
    do throws(MalformedResponse) {
      response = try Response.decode(reply)
      note(response, method, correlationID)
    } catch {
      throw malformed(
        method, reply.isEmpty ? "the reply is empty" : "\(error.message): \(error.excerpt.hidingSecrets)")
    }
    switch response.outcome {
    case .error(let error): throw withNextStep(ClientError(error, on: label(method)), method)
    case .result(let result):
      let errors = result.objectValue.map(Document.errors(in:)) ?? []
      if !errors.isEmpty { throw withNextStep(ClientError(errors, on: label(method)), method) }
      return result
    }
  }

  private func note(_ response: Response.ResponseAndDuplicateKeys, _ method: String, _ correlationID: String) {
    guard let trace else { return }
    let id = response.id
    if !response.duplicateKeys.isEmpty {
      let keys = response.duplicateKeys.joined(separator: ", ")
      trace("\(label(method)): the reply has duplicate keys, and the last value of each key is used: \(keys)")
    }
    if id != .string(correlationID) {
      trace("\(label(method)): the reply's id is \(id.text), but its correlation id is \(correlationID)")
    }
  }
}

extension JSONObject {
  /// Whether the object contains a member `beam` with a non-empty text.
  var hasBeam: Bool { !(self["beam"]?.stringValue?.isEmpty ?? true) }
}
