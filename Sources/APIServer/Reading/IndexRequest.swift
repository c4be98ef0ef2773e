import JSONText
import SQLite

/// An `index` request, parsed from its parameters.
struct IndexRequest {
  private let type: ResourceType
  private let schema: Schema
  private let filters: [Filter]
  private let order: SortOrder
  private let page: RequestedPage
  private let content: RequestedContent
  private let links: PageLinksWriter

  /// Parses the parameters of the request.
  ///
  /// - Throws: ``RequestRefusal`` with the errors of all parameters, in the order `fields`, `include`, `filter`,
  ///   `sort`, `page`.
  init(_ params: JSONObject, of type: ResourceType, in schema: Schema) throws(RequestRefusal) {
    self.type = type
    self.schema = schema
    var errors: [ErrorInBothWordings] = []
    let content = errors.collect { () throws(RequestRefusal) in try RequestedContent(params, of: type, in: schema)
    }
    let filters = errors.collect { () throws(RequestRefusal) in try Filter.parse(params["filter"], of: type, in: schema)
    }
    let order = errors.collect { () throws(RequestRefusal) in try SortOrder.parse(params["sort"], of: type, in: schema)
    }
    let page = errors.collect { () throws(RequestRefusal) in
      try RequestedPage.parse(params["page"], schema.dialect.pages)
    }
    guard let content, let filters, let order, let page else { throw RequestRefusal(errors) }
    self.content = content
    self.filters = filters
    self.order = order
    self.page = page
    links = PageLinksWriter(base: schema.dialect.base, type: type.name, params: params, page: page)
  }

  /// Reads the page that the request asks for, and returns its document as JSON.
  func document(_ database: Database, _ memory: inout CountAndPageStartCache) throws -> [UInt8] {
    memory.look(try CountAndPageStartCache.SQLiteChangeCounters(database))
    let count = try count(database, &memory)
    var document = CompoundDocument(try records(database, &memory, count: count), in: schema)
    try document.include(content.include, from: database)
    var writer = DocumentWriter(content.fieldsets, schema.dialect)
    writer.data(document.records.prefix(document.primaryCount))
    writer.included(document.included)
    if schema.dialect.pages.hasCount { writer.append(#","meta":{"record-count":\#(count)}"#) }
    if schema.dialect.pages.hasLinks { links.write(page, of: count, to: &writer) }
    writer.end()
    return writer.bytes
  }

  private var condition: SQLFragment {
    var condition = SQLFragment("")
    for (index, filter) in filters.enumerated() {
      condition += SQLFragment(index == 0 ? " WHERE " : " AND ") + filter.condition(on: type)
    }
    return condition
  }

  private func count(_ database: Database, _ memory: inout CountAndPageStartCache) throws -> Int {
    let query = SQLFragment("SELECT count(*) FROM \(type.quoted) AS t") + condition
    let key = CountAndPageStartCache.Query(query)
    if let count = memory[key] { return count }
    let count = try database.count(query)
    memory[key] = count
    return count
  }

  private func records(_ database: Database, _ memory: inout CountAndPageStartCache, count: Int) throws -> [ResourceRow]
  {
    if page.offset >= count { return [] }
    let values = order.terms.map(\.expression).joined(separator: ", ")
    var query = SQLFragment("SELECT \(type.selection), \(values) FROM \(type.quoted) AS t\(order.joins)") + condition
    let base = CountAndPageStartCache.Query(query + SQLFragment(order.sql))
    var end = SQLFragment(" ORDER BY \(order.sql) LIMIT ?", [.integer(Int64(page.size))])
    if let position = memory[CountAndPageStartCache.PagedQuery(query: base, page: page)] {
      query += SQLFragment(filters.isEmpty ? " WHERE " : " AND ") + order.condition(after: position)
    } else if page.offset > 0 {
      end += SQLFragment(" OFFSET ?", [.integer(Int64(page.offset))])
    }
    var records: [ResourceRow] = []
    var position: [SQLValue] = []
    let rows = try database.rows(query + end)
    for row in rows {
      records.append(type.record(row))
      if records.count == page.size { position = order.terms.indices.map { row[type.selectionCount + $0] } }
    }
    if !position.isEmpty { memory[CountAndPageStartCache.PagedQuery(query: base, page: page.next)] = position }
    return records
  }
}
