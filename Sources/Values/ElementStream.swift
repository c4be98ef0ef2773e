package import Language

/// A few consecutive elements of a stream, such as one page of a service's reply.
///
/// A stream returns its elements page by page.
package struct ElementPage: Sendable {
  package var elements: [Value]
  /// The named values of each element; the stage `as` gives a value its name.
  ///
  /// For example, after `| as post | map .author`, the post of each author has the name `post`. The values of one
  /// element are in the order of the `as` stages. If the pipeline has no `as` stage, `names` is empty.
  package var names: [[Value]]
  /// The elements that failed in a stage.
  package var failures: [FailedElement] = []

  /// An element that failed in a stage.
  package struct FailedElement: Sendable {
    /// The number of the page's elements before the failed element.
    package var place: Int
    package var element: Value
    package var fault: Fault
    package var names: [Value]

    package init(place: Int, element: Value, fault: Fault, names: [Value]) {
      (self.place, self.element, self.fault, self.names) = (place, element, fault, names)
    }
  }

  /// Whether the page has neither elements nor failures.
  var isEmpty: Bool { elements.isEmpty && failures.isEmpty }

  package init(_ elements: [Value] = [], names: [[Value]] = []) {
    self.elements = elements
    self.names = names
  }

  /// Adds an element, and its named values (from the stage `as`).
  ///
  /// - Parameters:
  ///   - element: The element to add.
  ///   - page: The page that contains the named values.
  ///   - index: The index of the named values in `page`.
  package mutating func append(_ element: Value, like page: ElementPage, _ index: Int) {
    elements.append(element)
    if !page.names.isEmpty { names.append(page.names[index]) }
  }

  /// Moves failures from another page to this page.
  ///
  /// The function moves the failures that occurred before the element at `index` of the other page.
  ///
  /// - Parameters:
  ///   - failures: The failures of the other page; the function removes those that it moves.
  ///   - index: The index of the element in the other page.
  package mutating func pass(_ failures: inout ArraySlice<FailedElement>, before index: Int) {
    while var failure = failures.first, failure.place <= index {
      failures.removeFirst()
      failure.place = elements.count
      self.failures.append(failure)
    }
  }

  /// One page for each element, with the element's named values (from the stage `as`).
  ///
  /// The new pages do not contain the failures.
  package var single: [ElementPage] {
    elements.enumerated().map { ElementPage([$1], names: names.isEmpty ? [] : [names[$0]]) }
  }

  /// Returns a page of the elements at the given indices, without the failures.
  func part(_ range: Range<Int>) -> ElementPage {
    ElementPage(Array(elements[range]), names: names.isEmpty ? [] : Array(names[range]))
  }

  /// Returns a page of the first `count` elements, without the failures.
  package func prefix(_ count: Int) -> ElementPage {
    ElementPage(Array(elements.prefix(count)), names: Array(names.prefix(count)))
  }

  /// Returns a page of the elements after the first `count`, without the failures.
  package func dropFirst(_ count: Int) -> ElementPage {
    ElementPage(Array(elements.dropFirst(count)), names: Array(names.dropFirst(count)))
  }
}

/// A sequence of elements that a caller reads page by page.
///
/// A page is never empty, and nil marks the end. When the program releases the stream, it also releases the stream's
/// source, such as a file.
package struct ElementStream {
  private var pull: (() async throws(Fault) -> ElementPage?)?
  /// Whether the elements are one page of a list of a service, and the service has a next page.
  package var hasNextPage = false
  /// A function that returns the number of elements in all pages, as the service counts them.
  ///
  /// The function returns nil while the number is unknown, for example before the first page.
  package var total: (() -> Int?)?
  /// A function that returns the number of elements of this stream.
  ///
  /// The function returns nil while the number is unknown. If `count` is nil, the number is never known.
  package var count: (() -> Int?)?

  /// Creates a stream from a function that returns the next page at each call, and nil at the end.
  package init(_ pull: @escaping () async throws(Fault) -> [Value]?) {
    self.pull = { () async throws(Fault) in try await pull().map { ElementPage($0) } }
  }

  /// Creates a stream from a function that returns the next page at each call, and nil at the end.
  ///
  /// The pages can contain named values (from the stage `as`).
  package init(pages pull: @escaping () async throws(Fault) -> ElementPage?) { self.pull = pull }

  /// Creates a stream of elements in memory.
  package init(_ elements: [Value]) { self.init(page: ElementPage(elements)) }

  /// Creates a stream from a page in memory, with the page's named values (from the stage `as`).
  package init(page: ElementPage) {
    var rest: ElementPage? = page.elements.isEmpty ? nil : page
    count = { page.elements.count }
    pull = { () async throws(Fault) in
      defer { rest = nil }
      return rest
    }
  }

  /// Creates a stream of the resources on a page, the result of the command `index`.
  package init(_ page: PageValue) {
    self.init(page.items)
    hasNextPage = page.hasNext
    total = { page.total }
  }

  /// Returns the next page, with its named values (from the stage `as`).
  ///
  /// At the end, the function releases the stream's source, such as a file, and returns nil.
  ///
  /// - Throws: The error of the stream's source; an `interrupted` error if the user has pressed Ctrl-C. So a loop over the
  ///   pages of a long stream needs no check of its own.
  package mutating func page() async throws(Fault) -> ElementPage? {
    guard let pull else { return nil }
    while true {
      if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
      guard let page = try await pull() else { break }
      if !page.isEmpty { return page }
    }
    self.pull = nil
    return nil
  }

  /// Returns the elements of the next page; nil at the end.
  package mutating func next() async throws(Fault) -> [Value]? { try await page()?.elements }

  /// Ends the stream early, and releases its source, such as a file.
  package mutating func close() { pull = nil }

  /// Returns the same stream, except that its errors point to a range of the script.
  ///
  /// An error that already has a position keeps its position.
  package func placed(at range: SourceRange, in source: SourceText) -> ElementStream {
    guard let pull else { return self }
    var placed = self
    placed.pull = { () async throws(Fault) in
      do throws(Fault) { return try await pull() } catch { throw error.placed(at: range, in: source) }
    }
    return placed
  }

  /// Returns the same stream, except that an element in which lists and records nest too deep is an error.
  package func limitedInDepth() -> ElementStream {
    guard let pull else { return self }
    var limited = self
    limited.pull = { () async throws(Fault) in
      let page = try await pull()
      for element in page?.elements ?? [] { _ = try element.limitedInDepth() }
      return page
    }
    return limited
  }

  /// Returns a stream that has the same elements and reports its progress to `advance`.
  ///
  /// The stream calls `advance` when the caller requests a further page. The first argument is the number of elements
  /// on the previous page, or nil at the end of the stream. The second argument is the total, if it is known.
  ///
  /// The stream divides a large page into pieces. It adjusts the size of a piece so that the caller processes one piece
  /// in 50 to 200 ms.
  ///
  /// - Parameters:
  ///   - least: Returns the minimum number of elements of a piece: the number that the caller processes concurrently.
  ///     Only the last piece of a page can be smaller.
  ///   - advance: Receives the progress.
  /// - Returns: The new stream.
  package func counted(
    least: @escaping () -> Int = { 1 }, _ advance: @escaping (_ done: Int?, _ total: Int?) -> Void
  ) -> ElementStream {
    guard let pull else { return self }
    var counted = self
    var (page, position, size, given) = (ElementPage(), 0, 4, 0)
    var begin = ContinuousClock.now
    let total = total
    counted.pull = { () async throws(Fault) in
      if given > 0 {
        let time = ContinuousClock.now - begin
        if time < .milliseconds(50) { size = min(size * 2, 1 << 20) }
        if time > .milliseconds(200) { size = max(1, size / 2) }
        advance(given, total?())
        given = 0
      }
      if position == page.elements.count {
        guard let next = try await pull() else {
          advance(nil, total?())
          return nil
        }
        (page, position) = (next, 0)
      }
      size = max(size, least())
      // A failure contains its position in the page, so a page with failures is never divided.
      let isWhole = !page.failures.isEmpty || position == 0 && page.elements.count <= size
      let end = isWhole ? page.elements.count : min(position + size, page.elements.count)
      let piece = isWhole ? page : page.part(position..<end)
      (given, begin, position) = (end - position, .now, end)
      if position == page.elements.count { (page, position) = (ElementPage(), 0) }
      return piece
    }
    return counted
  }

  /// Reads and returns all remaining elements.
  package mutating func rest() async throws(Fault) -> [Value] { try await all().elements }

  /// Reads and returns all remaining elements, with their named values (from the stage `as`).
  package mutating func all() async throws(Fault) -> ElementPage {
    var all = ElementPage()
    while let page = try await page() {
      try SizeLimits.check(elements: all.elements.count + page.elements.count)
      all.elements.append(contentsOf: page.elements)
      all.names.append(contentsOf: page.names)
    }
    return all
  }
}
