import Formats
import JSONText
import Values

/// The elements that the stage `sort` orders, with their keys.
///
/// The type stores the elements as bytes (`PackedElements`), and the keys as values.
struct ElementsWithSortKeys {
  var elements = PackedElements()
  private var columns: [SortKeyColumn]
  private let descends: [Bool]

  /// Creates a collection without elements.
  ///
  /// - Parameter descends: For each sort field, whether its order is descending.
  init(descends: [Bool]) {
    self.descends = descends
    columns = descends.map { _ in SortKeyColumn() }
  }

  /// Adds the key of the next element for the sort field with the index `column`.
  mutating func add(key: Value, _ column: Int) { columns[column].add(key) }

  /// Returns the indices of the elements in sorted order; elements with equal keys keep their order.
  ///
  /// - Throws: A `type` error for two keys that can't be compared.
  func order() throws(Fault) -> [Int32] {
    guard let ranks = columns[0].ranks(isDescending: descends[0]) else { return try order(columns[...]) }
    let rest = columns[0].areExact ? columns.dropFirst() : columns[...]
    var ranked = ranks.enumerated().map { (rank: $1, place: Int32($0)) }
    var fault: Fault?
    ranked.sort { a, b in
      if a.rank != b.rank { return a.rank < b.rank }
      return isBefore(a.place, b.place, rest, &fault)
    }
    if let fault { throw fault }
    return ranked.map(\.place)
  }

  private func order(_ columns: ArraySlice<SortKeyColumn>) throws(Fault) -> [Int32] {
    var fault: Fault?
    let order = (0..<Int32(elements.count)).sorted { isBefore($0, $1, columns, &fault) }
    if let fault { throw fault }
    return order
  }

  /// Returns whether element `a` sorts before element `b` by the keys in `columns`.
  ///
  /// If two keys can't be compared, the function stores the error in `fault`. All later calls then order the elements
  /// by their positions.
  private func isBefore(_ a: Int32, _ b: Int32, _ columns: ArraySlice<SortKeyColumn>, _ fault: inout Fault?) -> Bool {
    guard fault == nil else { return a < b }
    do throws(Fault) {
      for index in columns.indices {
        let order = try columns[index].order(Int(a), Int(b))
        if order != 0 { return descends[index] ? order > 0 : order < 0 }
      }
    } catch {
      let labels = elements.elements(at: [a, b]).map(\.label)
      fault = error.within("when sort compares \(labels[0]) and \(labels[1])")
    }
    return a < b
  }
}

/// The keys of all elements for one sort field.
///
/// The type stores the keys in the simplest form that fits all of them: integers, strings or values.
private struct SortKeyColumn {
  private enum StoredKeyType {
    case integers, texts, values
  }

  private var form = StoredKeyType.integers
  private var integerKeys: [Int] = []
  private var texts: [String] = []
  private var values: [Value] = []

  /// Returns a number (rank) for each key, to make sorting faster.
  ///
  /// The ranks have the same order as the keys. Different integers have different ranks. Strings with the same first
  /// eight bytes have the same rank. Returns nil if the keys are neither all integers nor all strings.
  func ranks(isDescending: Bool) -> [UInt64]? {
    let flip = isDescending ? UInt64.max : 0
    switch form {
    case .integers: return integerKeys.map { UInt64(bitPattern: Int64($0)) ^ 1 << 63 ^ flip }
    case .texts: return texts.map { $0.rank ^ flip }
    case .values: return nil
    }
  }

  /// Whether two keys with the same rank are always equal.
  var areExact: Bool { form == .integers }

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

  /// Returns the order of two keys as a negative number, zero or a positive number; nulls come first.
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

extension String {
  /// The first eight bytes of the string as a number.
  ///
  /// The numbers have the same order as the strings. Strings with the same first eight bytes have the same number.
  fileprivate var rank: UInt64 {
    var (rank, shift) = (UInt64(0), UInt64(56))
    for byte in utf8.prefix(8) {
      rank |= UInt64(byte) << shift
      shift &-= 8
    }
    return rank
  }
}
