import Formats
import JSONText
import Values

/// Collects one value for each element, and returns the values in the order of the elements.
///
/// The values can arrive in another order, because several changes are in flight. If there are many values, the buffer
/// stores them in a temporary file. A value from a late reply can arrive long after the values of later elements. Such
/// late values stay in memory.
struct OrderedElementBuffer {
  private typealias IndexedValue = (index: Int, value: Value, names: [Value])

  /// The values of the first elements, in the order of the elements.
  ///
  /// With each value, the buffer stores the index of its element and the values of the names that `as` defined.
  private var buffer = SpillingElementBuffer(limit: SpillingElementBuffer.resultLimit)
  /// The index of the element whose result the buffer can add next.
  private var next = 0
  /// The results of later elements, which wait for the result of the element `next`, by the index of their element.
  ///
  /// For an element without a value, the list is empty.
  private var waiting: [Int: [IndexedValue]] = [:]
  /// The values that arrived too late: the buffer already contained values of later elements.
  private var late: [IndexedValue] = []

  /// The maximum number of results that wait for the result of an earlier element.
  private static let waitingLimit = 4096

  /// Adds the value of an element, with the values of the names that `as` defined for the element.
  ///
  /// `value` is nil for an element without a value.
  mutating func take(_ value: Value?, _ names: [Value], at index: Int) throws(Fault) {
    let result = value.map { [(index, $0, names)] } ?? []
    guard index >= next else { return late += result }
    waiting[index] = result
    if waiting.count > Self.waitingLimit, let first = waiting.keys.min() { next = first }
    while let result = waiting.removeValue(forKey: next) {
      for value in result { try buffer.append(value.value, names: [.number(JSONNumber(value.index))] + value.names) }
      next += 1
    }
  }

  /// Returns all values in the order of their elements, as a stream that can be read once.
  func elements() -> ElementStream {
    // The waiting values come after the values in the buffer. Merging them like late values puts them at the end.
    var late = (late + waiting.values.joined()).sorted { $0.index < $1.index }[...]
    var stored = buffer.elements()
    let count = buffer.count + late.count
    var elements = ElementStream(pages: { () async throws(Fault) in
      if let page = try await stored.page() { return Self.merged(page, &late) }
      defer { late = [] }
      return late.isEmpty ? nil : Self.page(late)
    })
    elements.count = { count }
    return elements
  }

  /// Merges the late values of earlier elements into a page of stored values.
  private static func merged(_ stored: ElementPage, _ late: inout ArraySlice<IndexedValue>) -> ElementPage {
    var values: [IndexedValue] = []
    for (value, names) in zip(stored.elements, stored.names) {
      guard case .number(let number)? = names.first, let index = number.integer else { continue }
      while let first = late.first, first.index < index { values.append(late.removeFirst()) }
      values.append((index, value, Array(names.dropFirst())))
    }
    return page(values[...])
  }

  private static func page(_ values: ArraySlice<IndexedValue>) -> ElementPage {
    let hasNames = values.first?.names.isEmpty == false
    return ElementPage(values.map(\.value), names: hasNames ? values.map(\.names) : [])
  }
}
