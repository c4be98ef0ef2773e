import Formats
import JSONText
import Values

/// Elements with the keys that they are ordered by: the keys decoded, the elements packed.
struct SortedElements {
  var elements = PackedElements()
  private var columns: [SortColumn]
  private let descends: [Bool]

  /// Creates an empty one.
  ///
  /// - Parameter descends: For each key whether the largest comes first.
  init(descends: [Bool]) {
    self.descends = descends
    columns = descends.map { _ in SortColumn() }
  }

  /// Adds a key of the element that comes next.
  mutating func add(key: Value, _ column: Int) { columns[column].add(key) }

  /// The places of the elements in their order; those with equal keys stay as they came.
  ///
  /// - Throws: a `type` error for two keys without an order.
  func order() throws(Fault) -> [Int32] {
    let places = 0..<Int32(elements.count)
    if columns.count == 1, let integers = columns[0].integers { return Self.order(integers, descends[0]) }
    var fault: Fault?
    let order = places.sorted { a, b in
      guard fault == nil else { return a < b }
      do throws(Fault) {
        for (column, isDescending) in zip(columns, descends) {
          let order = try column.order(Int(a), Int(b))
          if order != 0 { return isDescending ? order > 0 : order < 0 }
        }
      } catch {
        let labels = elements.elements(at: [a, b]).map(\.label)
        fault = error.within("in sort, between \(labels[0]) and \(labels[1])")
      }
      return a < b
    }
    if let fault { throw fault }
    return order
  }

  private static func order(_ keys: [Int], _ isDescending: Bool) -> [Int32] {
    var pairs = keys.enumerated().map { (key: $1, place: Int32($0)) }
    if isDescending {
      pairs.sort { $0.key != $1.key ? $0.key > $1.key : $0.place < $1.place }
    } else {
      pairs.sort { $0.key != $1.key ? $0.key < $1.key : $0.place < $1.place }
    }
    return pairs.map(\.place)
  }
}

/// The keys of one field, in the simplest form that holds all of them.
private struct SortColumn {
  private enum Form {
    case integers, texts, values
  }

  private var form = Form.integers
  private var integerKeys: [Int] = []
  private var texts: [String] = []
  private var values: [Value] = []

  /// The keys, where all are integers.
  var integers: [Int]? { form == .integers ? integerKeys : nil }

  mutating func add(_ key: Value) {
    switch key {
    case .number(let number) where form == .integers:
      if let integer = number.integer { return integerKeys.append(integer) }
    case .string(let text) where form == .texts || form == .integers && integerKeys.isEmpty:
      form = .texts
      return texts.append(text)
    default: break
    }
    if form != .values {
      values = form == .texts ? texts.map { .string($0) } : integerKeys.map { .number(JSONNumber($0)) }
      (form, integerKeys, texts) = (.values, [], [])
    }
    values.append(key)
  }

  /// Negative, zero or positive, as one key is before, equal to or after another; nulls come first.
  func order(_ a: Int, _ b: Int) throws(Fault) -> Int {
    switch form {
    case .integers: return integerKeys[a] < integerKeys[b] ? -1 : integerKeys[a] > integerKeys[b] ? 1 : 0
    case .texts: return texts[a].order(with: texts[b])
    case .values:
      let (left, right) = (values[a], values[b])
      guard left.isNull || right.isNull else { return try Comparison.order(left, right) }
      return left.isNull && right.isNull ? 0 : left.isNull ? -1 : 1
    }
  }
}
