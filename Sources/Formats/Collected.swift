import JSONText
package import Values

/// Elements that are kept until the last is there: in memory, and beyond a limit in a temporary file.
///
/// The file has no name any more once it is open, so that nothing is left of it whatever happens. What it gives back is what it
/// got: digits, order, included resources.
package struct Collected {
  /// How many bytes are kept in memory, roughly.
  package static let limit = 64 << 20

  private let limit: Int
  private var held: [[Value]] = []
  private var weight = 0
  /// How many elements there are.
  package private(set) var count = 0
  private var file: SpillFile?
  /// Whether elements stand in lists with their names.
  private var hasNames = false

  package init(limit: Int = Self.limit) { self.limit = limit }

  /// Reads a stream to its end; with `keepsNames` the elements keep the names that `as` gave.
  ///
  /// - Throws: what the stream throws, and a `file` error where the temporary file can't be written.
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

  /// Keeps a page with the names of its elements, each with them in a list of its own.
  package mutating func add(_ page: ElementPage) throws(Fault) {
    hasNames = hasNames || !page.names.isEmpty
    try add(page.names.isEmpty ? page.elements : zip(page.elements, page.names).map { .list([$0] + $1) })
  }

  /// Keeps a page.
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

  /// What was kept, in its order; it can be read once.
  package func elements() throws(Fault) -> ElementStream {
    let hasNames = hasNames
    if var reader = try file?.reader() {
      return ElementStream(pages: { () async throws(Fault) in try reader.next().map { Self.page($0, hasNames) } })
    }
    var pages = held[...]
    return ElementStream(pages: { () async throws(Fault) in pages.popFirst().map { Self.page($0, hasNames) } })
  }

  /// Takes elements out of the lists in which they stand with their names.
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
  /// How many bytes it holds in memory, roughly.
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
