import JSONText

/// The links of a page: first, prev, next, last; those that do not apply are left out.
struct PageLinks {
  let type: String
  let parameters: QueryParameters
  let count: Int

  var json: JSONValue {
    let (number, size) = parameters.page
    let last = max(1, (count + size - 1) / size)
    var links: [(String, JSONValue)] = [("first", link(1))]
    if number > 1 { links.append(("prev", link(number - 1))) }
    if number < last { links.append(("next", link(number + 1))) }
    links.append(("last", link(last)))
    return .object(JSONObject(links))
  }

  private func link(_ number: Int) -> JSONValue {
    let pages = [("page[number]", "\(number)"), ("page[size]", "\(parameters.page.size)")]
    let pairs = (parameters.repeated.map { ($0.name, $0.value) } + pages).map {
      Self.escaped($0.0) + "=" + Self.escaped($0.1)
    }
    return .string("/\(type)?" + pairs.joined(separator: "&"))
  }

  /// The text with all but unreserved characters as `%XX` (RFC 3986 section 2).
  private static func escaped(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}
