public import JSONAPI

/// The pages of a list, each asked for when the one before is used up (Retort.Client.Generic `stream`).
///
/// The next page comes from the pagination or, where the service counts nothing, from `links.next`. A page that does
/// not advance ends it with an error, so that no service can make it endless.
public struct ResourceStream: Sendable {
  private let client: ResourceClient
  private let patience: ResourceClient.Patience
  private var query: Query
  private var isDone = false
  private var lastFirst: Identifier?

  init(_ client: ResourceClient, _ query: Query, _ patience: ResourceClient.Patience) {
    self.client = client
    self.query = query
    self.patience = patience
  }

  /// The next page, or nil after the last.
  ///
  /// - Throws: ``ClientError`` of the request, and a `protocol` error where the service's next page does not advance.
  public mutating func next() async throws(ClientError) -> Document? {
    guard !isDone else { return nil }
    let document = try await client.index(query, patience: patience)
    let current = query.page
    try refuseRepetition(document)
    guard let next = document.pagination?.next, !document.resources.isEmpty else {
      isDone = true
      return document
    }
    if next.number <= current?.number ?? 1 {
      isDone = true
      throw ClientError(
        .malformed, "\(client.label("index")): the page after \(current?.number ?? 1) is said to be \(next.number)",
        nextStep: "the service's paging does not advance; ask for single pages: index ... page: {number: 2, size: 10}")
    }
    query.page = next
    return document
  }

  private mutating func refuseRepetition(_ document: Document) throws(ClientError) {
    let first = document.resources.first.flatMap(Identifier.init)
    defer { lastFirst = first }
    guard let first, first == lastFirst else { return }
    isDone = true
    throw ClientError(
      .malformed, "\(client.label("index")): page \(query.page?.number ?? 1) repeats the page before",
      nextStep: "the service ignores page: ask for all at once, without page:")
  }
}

extension ResourceClient {
  /// A lazy stream of pages; nothing is sent until the first is pulled.
  public func stream(_ query: Query, patience: Patience = .usual) -> ResourceStream {
    ResourceStream(self, query, patience)
  }

  /// How many resources a query finds (Retort.Client.Generic `count`).
  ///
  /// Asks for the smallest page and reads its total. Where the service reports none, it counts what the page or, at
  /// last, the stream holds.
  public func count(_ query: Query, patience: Patience = .usual) async throws(ClientError) -> Int {
    var smallest = query
    smallest.page = Pagination.Page(number: 1, size: 1)
    smallest.include = []
    smallest.sort = []
    let document = try await index(smallest, patience: patience)
    if let total = document.pagination?.totalSize { return total }
    let found = document.resources.count
    if found != 1, document.pagination?.next == nil { return found }
    trace?("\(label("count")): the service reports no total; counting the stream")
    var all = query
    all.include = []
    all.page = nil
    var stream = stream(all, patience: patience)
    var count = 0
    while let page = try await stream.next() { count += page.resources.count }
    return count
  }
}
