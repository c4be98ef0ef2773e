import JSONText

/// The links of an index to its other pages: relative, with the query's own parameters, brackets percent-encoded.
///
/// `/posts?filter%5Bstate%5D=draft&page%5Bnumber%5D=2&page%5Bsize%5D=10&sort=-views`
struct PageLinks {
  /// What stands before and after the page's number.
  private let before: String
  private let after: String

  init(type: String, params: JSONObject, size: Int) {
    var parameters: [(name: String, value: String)] = []
    for name in ["fields", "filter"] {
      for (key, value) in params[name]?.objectValue ?? [:] {
        parameters.append(("\(name)[\(key)]", value.stringValue ?? ""))
      }
    }
    for name in ["include", "sort"] {
      if let value = params[name]?.stringValue, !value.isEmpty { parameters.append((name, value)) }
    }
    let pairs = parameters.map { "\(FormText.encoded($0.name))=\(FormText.encoded($0.value))" }.sorted()
    let number = "page%5Bnumber%5D="
    before = (["/\(FormText.encoded(type))?"] + pairs.filter { $0 < number }.map { $0 + "&" }).joined() + number
    after = (["&page%5Bsize%5D=\(size)"] + pairs.filter { $0 > number }.map { "&" + $0 }).joined()
  }

  /// Writes `links`: first, prev, next and last, the middle ones where there is such a page.
  func write(_ page: Page, of count: Int, to writer: inout DocumentWriter) {
    let last = page.last(of: count)
    writer.append(#","links":{"first":"#)
    write(1, to: &writer)
    if page.number > 1 {
      writer.append(#","prev":"#)
      write(page.number - 1, to: &writer)
    }
    if page.number < last {
      writer.append(#","next":"#)
      write(page.number + 1, to: &writer)
    }
    writer.append(#","last":"#)
    write(last, to: &writer)
    writer.append("}")
  }

  private func write(_ number: Int, to writer: inout DocumentWriter) {
    writer.append(string: before + String(number) + after)
  }
}

/// Text in a URL's query, as forms encode it: a space is `+`.
enum FormText {
  /// Encodes all but letters, digits and `-._~*`.
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
