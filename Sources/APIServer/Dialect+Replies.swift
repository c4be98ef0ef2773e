import JSONRPC
import JSONText

/// The form of the replies, which depends on the imitated library, and the requests that get no reply.
///
/// The imitated library is called the flavour.
extension ProtocolDialect {
  /// The text before the path in each link, such as `http://retort.example`.
  ///
  /// Only jsonapi-resources and Calcinator write absolute links. If the service imitates neither, the text is empty.
  var base: String {
    switch flavour {
    case nil: ""
    case .carrot: "http://retort.example/api/v1"
    case .retort: "http://retort.example"
    }
  }

  /// Whether each resource and each relationship has links, as in jsonapi-resources.
  ///
  /// If true, only included relationships have linkage.
  var linksEverything: Bool { flavour == .carrot }

  /// The text at the end of a document with data.
  ///
  /// The Elixir library Retort uses ja_serializer, which adds the member `jsonapi`.
  var documentEnd: String { flavour == .retort ? #","jsonapi":{"version":"1.0"}}"# : "}" }

  /// Whether the service ignores a request (WireProtocol.md, "No reply").
  ///
  /// A server with carrot_rpc does not reply to some invalid requests: it only writes the error to its log. A service
  /// that imitates carrot_rpc ignores these requests.
  func isSilent(on request: Request, _ body: [UInt8]) -> Bool {
    guard flavour == .carrot else { return false }
    if Self.rubyMethods.contains(request.method) { return true }
    return request.params.isEmpty && (try? JSONValue(parsing: body))?["params"] == nil
  }

  /// Whether the service accepts the id of a request (WireProtocol.md, "Requests").
  ///
  /// If the service imitates the Elixir library Retort (flavour `retort`), the id must equal the message's correlation
  /// id.
  func accepts(_ request: Request, under correlationID: [UInt8]) -> Bool {
    flavour != .retort || request.id.stringValue.map { Array($0.utf8) } == correlationID
  }

  /// The methods for which carrot_rpc sends no reply, because its server object has a public Ruby method of the same
  /// name.
  private static let rubyMethods: Set = [
    "class", "clone", "display", "dup", "extend", "freeze", "hash", "inspect", "instance_variables", "itself", "logger",
    "method", "methods", "object_id", "public_send", "send", "singleton_class", "start", "tap", "then", "to_s",
  ]

  /// Returns a reply with the escapes that the imitated library writes.
  ///
  /// Rails escapes `<`, `>`, `&`, U+2028 and U+2029. In JSON, these characters occur only in strings, so the function
  /// escapes every occurrence.
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

  /// Whether the byte at `end` is the last byte of U+2028 or U+2029.
  private static func isSeparator(_ text: [UInt8], _ end: Int) -> Bool {
    end >= 2 && text[end - 2] == 0xE2 && text[end - 1] == 0x80
  }

  private static func escape(_ digit: Int, _ bytes: inout [UInt8]) {
    bytes.removeLast(2)
    bytes.append(contentsOf: "\\u202\(digit)".utf8)
  }
}
