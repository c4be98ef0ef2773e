import JSONText
package import Values

/// Collected elements, in memory or, above a limit, in a temporary file.
///
/// The file has no name, so it disappears with the program in any case. The elements are read back unchanged, including
/// the digits of numbers, the order of fields, and included resources.
package struct Collected {
  /// The approximate number of bytes that are kept in memory.
  package static let limit = 64 << 20

  private let limit: Int
  private var held: [[Value]] = []
  private var weight = 0
  /// The number of elements.
  package private(set) var count = 0
  private var file: SpillFile?
  /// Whether each element is stored in a list with its named values.
  private var hasNames = false

  package init(limit: Int = Self.limit) { self.limit = limit }

  /// Reads a stream to its end; with `keepsNames` the elements keep the values named by `as`.
  ///
  /// - Throws: The stream's errors, and a `file` error if the temporary file can't be written.
  package static func all(
    of stream: inout ElementStream, keepsNames: Bool = false, limit: Int = Self.limit
  ) async throws(Fault) -> Collected {
    var collected = Collected(limit: limit)
    while let page = try await stream.page() {
      if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
      if keepsNames { try collected.add(page) } else { try collected.add(page.elements) }
    }
    return collected
  }

  /// Adds a page; stores each element in a list with its named values.
  package mutating func add(_ page: ElementPage) throws(Fault) {
    hasNames = hasNames || !page.names.isEmpty
    try add(page.names.isEmpty ? page.elements : zip(page.elements, page.names).map { .list([$0] + $1) })
  }

  /// Adds elements without named values.
  package mutating func add(_ page: [Value]) throws(Fault) {
    count += page.count
    if file != nil { return try spill(page) }
    held.append(page)
    for element in page { weight += element.weight }
    guard weight > limit else { return }
    file = try SpillFile()
    for page in held { try spill(page) }
    held = []
  }

  private mutating func spill(_ page: [Value]) throws(Fault) {
    for element in page { try file?.append(element) }
  }

  /// The elements in order; they can be read once.
  package func elements() throws(Fault) -> ElementStream {
    let hasNames = hasNames
    if var reader = try file?.reader() {
      return ElementStream(pages: { () async throws(Fault) in try reader.next().map { Self.page($0, hasNames) } })
    }
    var pages = held[...]
    return ElementStream(pages: { () async throws(Fault) in pages.popFirst().map { Self.page($0, hasNames) } })
  }

  /// Unpacks elements from the lists with their named values.
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
