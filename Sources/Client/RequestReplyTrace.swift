import JSONAPI
import JSONRPC
import JSONText

/// Writes a request and its reply to a trace.
final class RequestReplyTrace: Sendable {
  private let trace: Trace
  private let label: String
  private let envelope: TransportRequest

  init(_ trace: Trace, _ call: ClientError.CallDescription, _ envelope: TransportRequest) {
    self.trace = trace
    label = "\(call.label)\(call.label == call.queue ? "" : " (queue \(call.queue))") \(call.method)"
    self.envelope = envelope
    trace(.rpc, request)
  }

  private var request: String { "-> \(label) \(envelope.correlationID): \(Self.shown(envelope.body))" }

  private func reply(_ text: String, after time: String) -> String {
    "<- \(label) \(envelope.correlationID) after \(time): \(text)"
  }

  /// Writes to the trace that no reply arrived.
  func ended(_ error: LinkError) {
    let time = elapsed
    trace(.rpc, reply(error.message, after: time))
    failed("\(error.kind)", error.message, time)
  }

  /// Writes a reply and its result to the trace.
  func ended(_ body: [UInt8], _ result: Result<JSONValue, ClientError>) {
    let time = elapsed
    trace(.rpc, reply(Self.shown(body), after: time))
    switch result {
    case .success(let value): trace(.api, "\(label) \(asked): \(Self.summary(value)) in \(time)")
    case .failure(let error): failed(error.kind.rawValue, Self.shown(body), time)
    }
  }

  private func failed(_ kind: String, _ said: String, _ time: String) {
    trace(.api, "\(label) \(asked): \(kind) in \(time)")
    guard trace.topics.contains(.errors), !trace.topics.contains(.rpc) else { return }
    trace(request)
    trace(reply(said, after: time))
  }

  private var elapsed: String {
    let tenths = (ContinuousClock.now - envelope.begin) / .microseconds(100)
    return "\(tenths.rounded() / 10) ms"
  }

  /// The request's parameters as JSON text, without `data`, `meta` and secrets.
  private var asked: String {
    let rest = JSONObject(envelope.params.compactMap { ["data", "meta"].contains($0.key) ? nil : ($0.key, $0.value) })
    return JSONValue.object(rest.hidingSecrets).text
  }

  private static func summary(_ value: JSONValue) -> String {
    switch value["data"] {
    case .array(let array): "\(array.count) \(array.count == 1 ? "resource" : "resources")"
    case .object(let object): "\(object["type"]?.stringValue ?? "resource")/\(object["id"]?.idText ?? "?")"
    default: "ok"
    }
  }

  /// Returns the body of a message as one line without secrets, at most 1 MiB long.
  private static func shown(_ body: [UInt8]) -> String {
    let limit = 1 << 20
    let text =
      if let json = try? JSONValue(parsing: body) { json.hidingSecrets.encoded() } else {
        Array(String(decoding: body, as: UTF8.self).hidingSecrets.utf8)
      }
    let shown = String(decoding: text.prefix(limit).map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
    return text.count > limit ? "\(shown)... (\(text.count) bytes)" : shown
  }
}
