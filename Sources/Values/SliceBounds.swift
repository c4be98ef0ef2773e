package import JSONText

/// The first and the last index of a slice of a list or a text: `x[FIRST..LAST]`.
package struct SliceBounds {
  /// One bound of a slice, such as the 0 in `x[0..2]`.
  ///
  /// The bound counts from 0. A negative literal counts from the end: -1 is the last element.
  package struct SliceBound {
    let place: Int

    /// Creates a bound from an integer.
    ///
    /// - Parameters:
    ///   - value: The integer.
    ///   - isFromEnd: Whether the integer is a negative literal, which counts from the end.
    /// - Throws: An error for a value that is not an integer, and for a negative integer that a script computed.
    package init(_ value: Value, isFromEnd: Bool) throws(Fault) {
      guard case .number(let number) = value else {
        throw Fault(.type, "both ends of [a..b] must be integers, not \(value.typeWithArticle)")
      }
      guard let place = number.position else {
        throw Fault(.type, "both ends of [a..b] must be integers, not \(number)")
      }
      guard place >= 0 || isFromEnd else {
        throw Fault(
          .value, "a computed end of [a..b] is below zero: \(place)",
          nextStep: "to count from the end, write a literal number: [-3..-1] is the last three elements")
      }
      self.place = place
    }

    func index(of count: Int) -> Int { place < 0 ? count + place : place }
  }

  let from: SliceBound
  let to: SliceBound

  package init(from: SliceBound, to: SliceBound) { (self.from, self.to) = (from, to) }

  /// Returns the part of a list or a text between the bounds.
  ///
  /// If the last index is beyond the end of the list or the text, the part ends at this end.
  package func of(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .list(let elements): return .list(Array(elements[range(of: elements.count)]))
    case .page(let page): return .list(Array(page.items[range(of: page.items.count)]))
    case .string(let text): return .string(part(of: text))
    case .null: throw Fault(.type, "can't take a part of null", nextStep: "to replace null, write (x ?? [])[0..2]")
    case .stream, .range:
      throw Fault(
        .type, "can't take a part of \(value.typeWithArticle)",
        nextStep: "write | skip N | take N, or collect the stream first: | collect")
    default: throw Fault(.type, "can't take a part of \(value.typeWithArticle): only lists and text have parts")
    }
  }

  private func range(of count: Int) -> Range<Int> {
    let lower = min(max(0, from.index(of: count)), count)
    let last = min(to.index(of: count), count - 1)
    return lower..<max(lower, last + 1)
  }

  private func part(of text: String) -> String {
    let scalars = text.unicodeScalars
    let needsCount = from.place < 0 || to.place < 0
    let range = range(of: needsCount ? scalars.count : Int.max)
    let start = scalars.index(scalars.startIndex, offsetBy: range.lowerBound, limitedBy: scalars.endIndex)
    guard let start else { return "" }
    let end = scalars.index(start, offsetBy: range.count, limitedBy: scalars.endIndex) ?? scalars.endIndex
    return String(scalars[start..<end])
  }
}

extension JSONNumber {
  /// The number as an index; nil for a number with a fraction or an exponent.
  ///
  /// An integer of more than 18 digits becomes an index that lies outside every list and text.
  package var position: Int? {
    if let integer { return integer }
    let isNegative = text.hasPrefix("-")
    guard text.dropFirst(isNegative ? 1 : 0).utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return text == "-0" ? 0 : isNegative ? .min / 4 : .max / 4
  }
}
