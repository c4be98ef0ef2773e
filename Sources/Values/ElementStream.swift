package import Language

/// Elements that are handed out together.
package struct ElementPage: Sendable {
  package var elements: [Value]
  /// For each element the values that `as` gave names to, in the order they were made; empty where nothing has a name.
  package var names: [[Value]]
  /// Elements that a stage could make nothing of, with how many of the page stand before each.
  package var failures: [Failure] = []

  /// An element that a stage could make nothing of.
  package struct Failure: Sendable {
    package var place: Int
    package var element: Value
    package var fault: Fault
    package var names: [Value]

    package init(place: Int, element: Value, fault: Fault, names: [Value]) {
      (self.place, self.element, self.fault, self.names) = (place, element, fault, names)
    }
  }

  /// Whether it hands out nothing.
  var isEmpty: Bool { elements.isEmpty && failures.isEmpty }

  package init(_ elements: [Value] = [], names: [[Value]] = []) {
    self.elements = elements
    self.names = names
  }

  /// Adds an element with the names of another one.
  package mutating func append(_ element: Value, like page: ElementPage, _ index: Int) {
    elements.append(element)
    if !page.names.isEmpty { names.append(page.names[index]) }
  }

  /// Passes on the failures of a page before one of its elements.
  package mutating func pass(_ failures: inout ArraySlice<Failure>, before index: Int) {
    while var failure = failures.first, failure.place <= index {
      failures.removeFirst()
      failure.place = elements.count
      self.failures.append(failure)
    }
  }

  /// The elements one by one, each with its names.
  package var single: [ElementPage] {
    elements.enumerated().map { ElementPage([$1], names: names.isEmpty ? [] : [names[$0]]) }
  }

  /// The first elements.
  package func prefix(_ count: Int) -> ElementPage {
    ElementPage(Array(elements.prefix(count)), names: Array(names.prefix(count)))
  }

  /// The elements after the first ones.
  package func dropFirst(_ count: Int) -> ElementPage {
    ElementPage(Array(elements.dropFirst(count)), names: Array(names.dropFirst(count)))
  }
}

/// What hands out elements, a page at a time.
///
/// A page is never empty; nil is the end. Dropping a stream lets go of what it holds.
package struct ElementStream {
  private var pull: (() async throws(Fault) -> ElementPage?)?
  /// Whether it is a page that has a next one.
  package var hasNextPage = false
  /// How many elements the service says there are in all pages; asked once the first page was pulled.
  package var total: (() -> Int?)?

  /// Creates a stream of a function that is called for each page until it returns nil.
  package init(_ pull: @escaping () async throws(Fault) -> [Value]?) {
    self.pull = { () async throws(Fault) in try await pull().map { ElementPage($0) } }
  }

  /// Creates a stream of a function that is called for each page, with names, until it returns nil.
  package init(pages pull: @escaping () async throws(Fault) -> ElementPage?) { self.pull = pull }

  /// Creates a stream of elements that are there already.
  package init(_ elements: [Value]) { self.init(page: ElementPage(elements)) }

  /// Creates a stream of elements that are there already, with their names.
  package init(page: ElementPage) {
    var rest: ElementPage? = page.elements.isEmpty ? nil : page
    pull = { () async throws(Fault) in
      defer { rest = nil }
      return rest
    }
  }

  /// Creates a stream of a page's elements.
  package init(_ page: PageValue) {
    self.init(page.items)
    hasNextPage = page.hasNext
    total = { page.total }
  }

  /// The next page with its names, or nil at the end; after it the source is let go.
  package mutating func page() async throws(Fault) -> ElementPage? {
    guard let pull else { return nil }
    while let page = try await pull() {
      if !page.isEmpty { return page }
    }
    self.pull = nil
    return nil
  }

  /// The elements of the next page, or nil at the end.
  package mutating func next() async throws(Fault) -> [Value]? { try await page()?.elements }

  /// Lets go of the source before its end.
  package mutating func close() { pull = nil }

  /// The same elements; an error on the way to one gets a place, unless it has its own.
  package func placed(at range: SourceRange, in source: SourceText) -> ElementStream {
    guard let pull else { return self }
    var placed = self
    placed.pull = { () async throws(Fault) in
      do throws(Fault) { return try await pull() } catch { throw error.placed(at: range, in: source) }
    }
    return placed
  }

  /// All elements that are left.
  package mutating func rest() async throws(Fault) -> [Value] { try await all().elements }

  /// All elements that are left, with their names.
  package mutating func all() async throws(Fault) -> ElementPage {
    var all = ElementPage()
    while let page = try await page() {
      if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
      try Size.check(elements: all.elements.count + page.elements.count)
      all.elements.append(contentsOf: page.elements)
      all.names.append(contentsOf: page.names)
    }
    return all
  }
}
