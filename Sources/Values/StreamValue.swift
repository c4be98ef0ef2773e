package import JSONText

/// A lazy stream as a value of the language; each use opens it anew and sends its requests again.
public struct StreamValue: Sendable {
  package let open: @Sendable () async throws(Fault) -> ElementStream

  /// Returns the JSON form of the stream; nil if it has no JSON form, so that a script must collect its elements first.
  let json: (@Sendable () throws(Fault) -> JSONValue)?

  /// Creates a stream from a function that opens it, and a function that returns its JSON form, if it has one.
  package init(
    _ open: @escaping @Sendable () async throws(Fault) -> ElementStream,
    json: (@Sendable () throws(Fault) -> JSONValue)? = nil
  ) {
    (self.open, self.json) = (open, json)
  }
}

/// The result of `index`: a page of resources with its pagination; pipelines and loops use it like a list.
public struct PageValue: Sendable {
  package var items: [Value]
  package var pagination: Value
  package var meta: Value
  package var links: Value
  /// Whether the service has a page after this one.
  package var hasNext: Bool
  /// The number of resources in all pages; nil if the service does not count them.
  package var total: Int? {
    guard case .record(let record) = pagination, case .number(let number)? = record["total-size"] else { return nil }
    return number.integer
  }

  /// Creates a page.
  package init(items: [Value], pagination: Value, meta: Value, links: Value, hasNext: Bool) {
    self.items = items
    self.pagination = pagination
    self.meta = meta
    self.links = links
    self.hasNext = hasNext
  }
}
