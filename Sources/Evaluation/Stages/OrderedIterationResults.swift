import Formats
import Values

/// The values and the printed output of concurrent iterations, in the order of the elements.
struct OrderedIterationResults: Sendable {
  private(set) var results: IterationReturnValues
  /// The failures, each with the index and the label of its element.
  private var failures: [(index: Int, label: String, fault: Fault)] = []
  /// Whether a result could not be stored or printed, for example because the disk is full.
  ///
  /// After such a failure, this object does not store or print further results.
  private var isBroken = false
  /// Whether this object can store and print further results.
  var canTake: Bool { !isBroken }
  /// The value and the printed output of an iteration, and the place of its element on a page.
  private struct ReadyResult {
    var value: Value
    var bytes: [UInt8]
    var page: ElementPage
    var place: Int
  }

  /// The results of finished iterations that must wait for the end of an earlier iteration, by index.
  private var waiting: [Int: ReadyResult] = [:]

  init(keepsFlow: Bool) { results = IterationReturnValues(keepsFlow: keepsFlow) }

  /// Records the outcome of an iteration.
  ///
  /// - Parameters:
  ///   - outcome: The value or the error of the iteration.
  ///   - bytes: The output that the iteration printed.
  ///   - page: The page that contains the iteration's element.
  ///   - place: The index of the element on the page.
  ///   - index: The index of the iteration.
  ///   - output: The output of the statement.
  /// - Returns: False if no new iteration may start.
  mutating func take(
    _ outcome: Result<Value, Fault>, _ bytes: [UInt8] = [], of page: ElementPage, _ place: Int, at index: Int,
    _ output: ResultOutput
  ) -> Bool {
    var value = Value.null
    do throws(Fault) { value = try outcome.get() } catch { failures.append((index, page.elements[place].label, error)) }
    guard !isBroken else { return false }
    do throws(Fault) {
      if index == results.count {
        try append(value, bytes, page, place, output)
        try appendWaiting(output)
      } else {
        waiting[index] = ReadyResult(value: value, bytes: bytes, page: page, place: place)
      }
    } catch {
      isBroken = true
      failures.append((index, page.elements[place].label, error))
    }
    return failures.isEmpty
  }

  private mutating func append(
    _ value: Value, _ bytes: [UInt8], _ page: ElementPage, _ place: Int, _ output: ResultOutput
  ) throws(Fault) {
    try results.append(value, page, place)
    if !bytes.isEmpty { try output.put(bytes) }
  }

  private mutating func appendWaiting(_ output: ResultOutput) throws(Fault) {
    while !waiting.isEmpty, let ready = waiting.removeValue(forKey: results.count) {
      try append(ready.value, ready.bytes, ready.page, ready.place, output)
    }
  }

  /// The failure of the first failed element, with lines that name the other failed elements; nil if no element failed.
  var fault: Fault? {
    let inOrder = failures.sorted { $0.index < $1.index }
    guard let first = inOrder.first else { return nil }
    let others = Dictionary(grouping: inOrder.dropFirst().filter { $0.fault.kind != .interrupted }, by: \.fault.kind)
    return others.sorted { $0.key.word < $1.key.word }.reduce(first.fault) { fault, kind in
      let labels = kind.value.prefix(Self.named).map(\.label).joined(separator: ", ")
      let isAll = kind.value.count <= Self.named
      let count = kind.value.count
      let errors = count == 1 ? "1 more error" : "\(count) more errors"
      let elements = count == 1 ? "the element" : "the elements"
      return fault.within("\(errors) of the kind \(kind.key), at \(elements) \(labels)\(isAll ? "" : ", ...")")
    }
  }

  /// The maximum number of elements that the error names for each kind of failure.
  private static let named = 64
}
