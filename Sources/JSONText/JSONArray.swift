/// The elements of a JSON array.
///
/// An element of a parsed array is decoded only when it is read.
public struct JSONArray: Sendable {
  private enum Storage: Sendable {
    case elements([JSONValue])
    case parsed(ElementTapePositions)
  }

  /// The positions of an array and its elements on a tape, which lists the positions of all values of a parsed text.
  ///
  /// The type is a class, so that a ``JSONValue`` is small and its copies are fast.
  final class ElementTapePositions: Sendable {
    let tape: JSONTape
    /// The index of the array on the tape.
    let index: Int
    /// The indices of the elements on the tape.
    let indices: [Int]

    init(_ tape: JSONTape, _ index: Int) {
      (self.tape, self.index) = (tape, index)
      var indices: [Int] = []
      var next = index + 1
      let end = tape.entry(index).extent
      while next < end {
        indices.append(next)
        next = tape.next(after: next)
      }
      self.indices = indices
    }
  }

  private var storage: Storage

  /// The positions of a parsed array; nil for an array that was not parsed, and after a change of the array.
  var parsed: ElementTapePositions? { if case .parsed(let parsed) = storage { parsed } else { nil } }

  /// Creates an array of values.
  public init(_ elements: [JSONValue]) { storage = .elements(elements) }

  init(tape: JSONTape, index: Int) { storage = .parsed(ElementTapePositions(tape, index)) }

  /// Adds a value at the end.
  public mutating func append(_ value: JSONValue) {
    if case .elements(var elements) = storage {
      storage = .elements([])
      elements.append(value)
      storage = .elements(elements)
    } else {
      storage = .elements(Array(self) + [value])
    }
  }
}

extension JSONArray: RandomAccessCollection {
  /// The index of the first element, which is always 0.
  public var startIndex: Int { 0 }
  /// The number of elements.
  public var endIndex: Int {
    switch storage {
    case .elements(let elements): elements.count
    case .parsed(let parsed): parsed.indices.count
    }
  }
  /// The element at a valid index.
  public subscript(position: Int) -> JSONValue {
    switch storage {
    case .elements(let elements): elements[position]
    case .parsed(let parsed): parsed.tape.value(at: parsed.indices[position])
    }
  }
}

extension JSONArray: Equatable, ExpressibleByArrayLiteral {
  /// Creates an array of values.
  public init(arrayLiteral elements: JSONValue...) { self.init(elements) }
  /// Whether two arrays contain equal values in the same order.
  public static func == (left: JSONArray, right: JSONArray) -> Bool { left.elementsEqual(right) }
}
