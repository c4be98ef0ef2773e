import JSONRPC
import JSONText

/// The form of replies in the imitated libraries, called flavours, and the requests that get no reply.
extension Dialect {
  /// The text before the path in links; it is empty without a flavour, because only jsonapi-resources and Calcinator
  /// write absolute links.
  var base: String {
    switch flavour {
    case nil: ""
    case .carrot: "http://retort.example/api/v1"
    case .retort: "http://retort.example"
    }
  }

  /// Whether each resource and each relationship has links, and only included relationships have linkage
  /// (jsonapi-resources).
  var linksEverything: Bool { flavour == .carrot }

  /// The text that ends a document with data; ja_serializer adds the member `jsonapi`.
  var documentEnd: String { flavour == .retort ? #","jsonapi":{"version":"1.0"}}"# : "}" }

  /// Whether a request gets no reply: carrot_rpc fails on it and only logs the error (WireProtocol.md, "No reply").
  func isSilent(on request: Request, _ body: [UInt8]) -> Bool {
    guard flavour == .carrot else { return false }
    if Self.rubyMethods.contains(request.method) { return true }
    return request.params.isEmpty && (try? JSONValue(parsing: body))?["params"] == nil
  }

  /// Whether a request's id is accepted: the flavour `retort` requires that it is the correlation id of the message
  /// (WireProtocol.md, "Requests").
  func accepts(_ request: Request, under correlationID: [UInt8]) -> Bool {
    flavour != .retort || request.id.stringValue.map { Array($0.utf8) } == correlationID
  }

  /// The names of public methods that every Ruby object has.
  private static let rubyMethods: Set = [
    "class", "clone", "display", "dup", "extend", "freeze", "hash", "inspect", "instance_variables", "itself", "logger",
    "method", "methods", "object_id", "public_send", "send", "singleton_class", "start", "tap", "then", "to_s",
  ]

  /// Returns a reply as it is sent; Rails escapes `<`, `>`, `&` and the line separators, which occur in JSON only in
  /// strings.
  func written(_ reply: [UInt8]) -> [UInt8] {
    guard flavour == .carrot else { return reply }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(reply.count)
    for (index, byte) in reply.enumerated() {
      switch byte {
      case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
        bytes.append(contentsOf: "\\u00\(String(byte, radix: 16))".utf8)
      case 0xA8 where Self.isSeparator(reply, index): Self.escape(8, &bytes)
      case 0xA9 where Self.isSeparator(reply, index): Self.escape(9, &bytes)
      default: bytes.append(byte)
      }
    }
    return bytes
  }

  /// Whether a byte is the last one of U+2028 or U+2029.
  private static func isSeparator(_ text: [UInt8], _ end: Int) -> Bool {
    end >= 2 && text[end - 2] == 0xE2 && text[end - 1] == 0x80
  }

  private static func escape(_ digit: Int, _ bytes: inout [UInt8]) {
    bytes.removeLast(2)
    bytes.append(contentsOf: "\\u202\(digit)".utf8)
  }
}
