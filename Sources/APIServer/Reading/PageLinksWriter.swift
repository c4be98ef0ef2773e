import JSONText

/// Writes the links from one page of an `index` reply to the other pages.
///
/// Each link begins with `base`, and is relative if `base` is empty. A link contains the parameters of the request,
/// with percent-encoded brackets: `/posts?filter%5Bstate%5D=draft&page%5Bnumber%5D=2&page%5Bsize%5D=10&sort=-views`
struct PageLinksWriter {
  /// The text of each link before the number or the offset of its page.
  private let before: String
  private let after: String

  init(base: String, type: String, params: JSONObject, page: RequestedPage) {
    var parameters: [(name: String, value: String)] = []
    for name in ["fields", "filter"] {
      for (key, value) in params[name]?.objectValue ?? [:] {
        parameters.append(("\(name)[\(key)]", value.stringValue ?? ""))
      }
    }
    for name in ["include", "sort"] {
      if let value = params[name]?.stringValue, !value.isEmpty { parameters.append((name, value)) }
    }
    parameters.append((page.start == nil ? "page[size]" : "page[limit]", String(page.size)))
    let pairs = parameters.map { "\(FormURLEncoder.encoded($0.name))=\(FormURLEncoder.encoded($0.value))" }.sorted()
    let place = page.start == nil ? "page%5Bnumber%5D=" : "page%5Boffset%5D="
    before =
      (["\(base)/\(FormURLEncoder.encoded(type))?"] + pairs.filter { $0 < place }.map { $0 + "&" }).joined() + place
    after = pairs.filter { $0 > place }.map { "&" + $0 }.joined()
  }

  /// Writes the member `links`.
  ///
  /// The member has links to the first and the last page, and to the previous and the next page if they exist.
  func write(_ page: RequestedPage, of count: Int, to writer: inout DocumentWriter) {
    writer.append(#","links":{"#)
    for (index, link) in Self.places(page, of: count).enumerated() {
      writer.append(#"\#(index == 0 ? "" : ",")"\#(link.name)":"#)
      writer.append(string: before + String(link.place) + after)
    }
    writer.append("}")
  }

  private static func places(_ page: RequestedPage, of count: Int) -> [(name: String, place: Int)] {
    if let start = page.start {
      let next = page.next.offset
      return [("first", 0)] + (start > 0 ? [("previous", max(0, start - page.size))] : [])
        + (next < count ? [("next", next)] : []) + [("last", max(0, count - page.size))]
    }
    let last = page.last(of: count)
    return [("first", 1)] + (page.number > 1 ? [("prev", page.number - 1)] : [])
      + (page.number < last ? [("next", page.number + 1)] : []) + [("last", last)]
  }
}

/// The URL encoding of HTML forms, in which a space becomes `+`.
enum FormURLEncoder {
  /// Encodes all characters of a text except ASCII letters, ASCII digits and `-._~*`.
  static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: result.append(byte)
      case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "*"):
        result.append(byte)
      case UInt8(ascii: " "): result.append(UInt8(ascii: "+"))
      default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
