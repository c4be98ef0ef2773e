import JSONText
package import Values

/// A buffer for the elements of a stream, in memory or, above a limit, in a temporary file.
///
/// The file has no name, so that it always disappears when the program ends. The buffer returns the elements unchanged,
/// including the digits of numbers, the order of fields, and included resources.
package struct SpillingElementBuffer {
  /// The approximate number of bytes up to which the elements of `collect` stay in memory.
  package static let collectLimit = 64 << 20
  /// The approximate number of bytes up to which the results of a stage, such as `each`, stay in memory.
  package static let resultLimit = 2 << 20
  /// The maximum number of elements of a combined page; the buffer combines several small pages into one.
  private static let pageSize = 256

  private let limit: Int
  private var held: [[Value]] = []
  private var weight = 0
  /// The number of elements that the buffer has stored in memory or in the file, without those in `pending`.
  private var stored = 0
  /// The last elements, which ``append(_:names:)`` stores together.
  private var pending: [Value] = []
  /// The number of elements.
  package var count: Int { stored + pending.count }
  private var file: SpillFile?
  /// Whether the elements are in a temporary file.
  package var isSpilled: Bool { file != nil }
  /// Whether each stored value is a list: the element, followed by its named values (from the stage `as`).
  private var hasNames = false
  /// The elements that failed in a stage.
  ///
  /// The `place` of a failed element is its index among all elements of the buffer.
  private var failures: [ElementPage.FailedElement] = []

  package init(limit: Int = Self.collectLimit) { self.limit = limit }

  /// Checks that the buffer can create a temporary file.
  ///
  /// A statement that changes data makes this check before its first change. A later failure would lose the results of
  /// the changes.
  ///
  /// - Throws: A `file` error with the reason.
  package static func checkTemporaryDirectory() throws(Fault) { _ = try FileDescriptor.nameless() }

  /// Reads a stream to its end.
  ///
  /// If `keepsNames` is true, the buffer also stores the named values of each element (from the stage `as`).
  ///
  /// - Throws: The stream's errors, or a `file` error if the program can't write the temporary file.
  package static func all(
    of stream: inout ElementStream, keepsNames: Bool = false, limit: Int = Self.collectLimit
  ) async throws(Fault) -> SpillingElementBuffer {
    var collected = SpillingElementBuffer(limit: limit)
    while let page = try await stream.page() {
      if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
      if keepsNames { try collected.add(page) } else { try collected.add(page.elements) }
    }
    return collected
  }

  /// Adds a page with its failures.
  ///
  /// If the page has named values (from the stage `as`), the buffer stores each element in a list, followed by its
  /// named values.
  package mutating func add(_ page: ElementPage) throws(Fault) {
    for var failure in page.failures {
      failure.place += count
      failures.append(failure)
    }
    hasNames = hasNames || !page.names.isEmpty
    try add(page.names.isEmpty ? page.elements : zip(page.elements, page.names).map { .list([$0] + $1) })
  }

  /// Adds elements without named values (from the stage `as`).
  package mutating func add(_ page: [Value]) throws(Fault) {
    try flush()
    try store(page)
  }

  /// Adds one element, with its named values (from the stage `as`).
  ///
  /// The buffer stores several such elements together, which takes less time than `add(_:)` for each element.
  package mutating func append(_ element: Value, names: [Value] = []) throws(Fault) {
    hasNames = hasNames || !names.isEmpty
    pending.append(names.isEmpty ? element : .list([element] + names))
    if pending.count >= Self.pageSize { try flush() }
  }

  private mutating func flush() throws(Fault) {
    let page = pending
    pending = []
    if !page.isEmpty { try store(page) }
  }

  private mutating func store(_ page: [Value]) throws(Fault) {
    stored += page.count
    if file != nil { return try spill(page) }
    if let last = held.last, last.count + page.count <= Self.pageSize {
      held[held.count - 1] += page
    } else {
      held.append(page)
    }
    for element in page { weight += element.weight }
    guard weight > limit else { return }
    file = try SpillFile()
    for page in held { try spill(page) }
    held = []
  }

  private mutating func spill(_ page: [Value]) throws(Fault) {
    for element in page { try file?.append(element) }
  }

  /// Returns all elements and failures in order, as a stream.
  ///
  /// A caller can read the stream once. Each call of this function returns a new stream of all elements.
  package func elements() -> ElementStream {
    let hasNames = hasNames
    var (pages, reader, start, failures) = ((held + [pending])[...], file?.reader(), 0, failures[...])
    var elements = ElementStream(pages: { () async throws(Fault) in
      let kept = try reader?.next() ?? pages.popFirst()
      guard kept != nil || !failures.isEmpty else { return nil }
      var page = kept.map { Self.page($0, hasNames) } ?? ElementPage()
      let end = start + page.elements.count
      while var failure = failures.first, failure.place <= end {
        failures.removeFirst()
        failure.place -= start
        page.failures.append(failure)
      }
      start = end
      return page
    })
    let count = count + self.failures.count
    elements.count = { count }
    return elements
  }

  /// Creates a page from lists.
  ///
  /// Each list contains an element, followed by its named values (from the stage `as`).
  private static func page(_ kept: [Value], _ hasNames: Bool) -> ElementPage {
    guard hasNames else { return ElementPage(kept) }
    var page = ElementPage()
    for case .list(let parts) in kept {
      guard let element = parts.first else { continue }
      page.elements.append(element)
      page.names.append(Array(parts.dropFirst()))
    }
    return page
  }
}

extension Value {
  /// The approximate number of bytes of the value in memory.
  fileprivate var weight: Int {
    switch self {
    case .string(let string): 32 + string.utf8.count
    case .list(let elements): elements.reduce(32) { $0 + $1.weight }
    case .record(let record): record.json?.weight ?? record.fields.reduce(32) { $0 + 32 + $1.value.weight }
    case .resource(let resource): 96 + resource.object.weight
    default: 48
    }
  }
}
