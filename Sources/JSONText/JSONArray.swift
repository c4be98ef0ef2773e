/// The elements of a JSON array.
///
/// An element of a parsed array is decoded only when it is read.
public struct JSONArray: Sendable {
  private enum Storage: Sendable {
    case elements([JSONValue])
    case parsed(JSONTape, indices: [Int])
  }

  private var storage: Storage
  /// The tape of a parsed array, and the index of the array in the tape; nil for any other array.
  ///
  /// A tape lists the positions of all values of a parsed text. An array without a tape was not parsed, or was changed
  /// after parsing.
  var source: (tape: JSONTape, index: Int)?

  /// Creates an array of values.
  public init(_ elements: [JSONValue]) { storage = .elements(elements) }

  init(tape: JSONTape, index: Int) {
    var indices: [Int] = []
    var next = index + 1
    let end = tape.entry(index).extent
    while next < end {
      indices.append(next)
      next = tape.next(after: next)
    }
    storage = .parsed(tape, indices: indices)
    source = (tape, index)
  }

  /// Adds a value at the end.
  public mutating func append(_ value: JSONValue) {
    source = nil
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
    case .parsed(_, let indices): indices.count
    }
  }
  /// The element at a valid index.
  public subscript(position: Int) -> JSONValue {
    switch storage {
    case .elements(let elements): elements[position]
    case .parsed(let tape, let indices): tape.value(at: indices[position])
    }
  }
}

extension JSONArray: Equatable, ExpressibleByArrayLiteral {
  /// Creates an array of values.
  public init(arrayLiteral elements: JSONValue...) { self.init(elements) }
  /// Whether two arrays contain equal values in the same order.
  public static func == (left: JSONArray, right: JSONArray) -> Bool { left.elementsEqual(right) }
}
