package import Language

/// What hands out elements, a page at a time.
///
/// A page is never empty; nil is the end. Dropping a stream lets go of what it holds.
package struct ElementStream {
  private var pull: (() async throws(Fault) -> [Value]?)?
  /// Whether it is a page that has a next one.
  package private(set) var hasNextPage = false

  /// Creates a stream of a function that is called for each page until it returns nil.
  package init(_ pull: @escaping () async throws(Fault) -> [Value]?) { self.pull = pull }

  /// Creates a stream of elements that are there already.
  package init(_ elements: [Value]) {
    var rest: [Value]? = elements.isEmpty ? nil : elements
    pull = { () async throws(Fault) in
      defer { rest = nil }
      return rest
    }
  }

  /// Creates a stream of a page's elements.
  package init(_ page: PageValue) {
    self.init(page.items)
    hasNextPage = page.hasNext
  }

  /// The next page, or nil at the end; after it the source is let go.
  package mutating func next() async throws(Fault) -> [Value]? {
    guard let pull else { return nil }
    while let page = try await pull() {
      if !page.isEmpty { return page }
    }
    self.pull = nil
    return nil
  }

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
  package mutating func rest() async throws(Fault) -> [Value] {
    var all: [Value] = []
    while let page = try await next() {
      if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
      try Size.check(elements: all.count + page.count)
      all.append(contentsOf: page)
    }
    return all
  }
}

/// A lazy stream as a value: a recipe that is asked anew at each use.
public struct StreamValue: Sendable {
  package let open: @Sendable () async throws(Fault) -> ElementStream

  /// Creates a recipe.
  package init(_ open: @escaping @Sendable () async throws(Fault) -> ElementStream) { self.open = open }
}

/// What `index` gives: a list in pipelines and loops, with its pagination.
public struct PageValue: Sendable {
  package var items: [Value]
  package var pagination: Value
  package var meta: Value
  package var links: Value
  /// Whether the service has another page after it.
  package var hasNext: Bool

  /// Creates a page.
  package init(items: [Value], pagination: Value, meta: Value, links: Value, hasNext: Bool) {
    self.items = items
    self.pagination = pagination
    self.meta = meta
    self.links = links
    self.hasNext = hasNext
  }
}
