import Bulk
import Client
import JSONAPI
import JSONRPC
import JSONText
import Language
import Synchronization
import Values

extension CommandDeclaration.Option {
  fileprivate static let prefetch = Self(
    name: "prefetch", shape: .number, fallback: "0", summary: "the number of pages to request in advance, from 0 to 64"
  ).ruled(.integer("prefetch", from: 0, to: 64))
}

extension BuiltInCommand {
  private static let place = CommandDeclaration.Parameter(name: "CLIENT", shape: .client)

  static let count = BuiltInCommand(
    CommandDeclaration(
      name: "count",
      summary: "Counts the resources that match a filter. Without a filter, the command counts all resources.",
      parameters: [place],
      options: [.filter, .meta, .timeout, .retryRead], result: "number",
      examples: [
        .init(code: "count posts", output: "1000"),
        .init(code: #"count posts filter: {state: "draft"}"#, output: "250"),
      ])
  ) { arguments, frame throws(Fault) in
    let client = try arguments.client()
    let query = try arguments.query()
    let waitLimit = try arguments.waitLimit(client)
    let reader = try arguments.reader(client)
    return try await client.reading(arguments) { () throws(ClientError) in
      .number(JSONNumber(try await reader.count(query, waitLimit: waitLimit)))
    }
  }

  static let index = BuiltInCommand(
    CommandDeclaration(
      name: "index", summary: "Reads one page of resources.", parameters: [place],
      options: [.filter, .sort, .include, .fields, .page, .meta, .timeout, .retryRead], result: "page",
      examples: [
        .init(code: "let page = index posts page: {size: 2}\nlength(page.items)", output: "2")
      ])
  ) { arguments, frame throws(Fault) in
    let client = try arguments.client()
    let query = try arguments.query()
    let waitLimit = try arguments.waitLimit(client)
    let reader = try arguments.reader(client)
    return try await client.reading(arguments) { () throws(ClientError) in
      let document = try await reader.index(query, waitLimit: waitLimit)
      frame.run.session.noteUnreadableNext(document, client)
      if query.page == nil { frame.run.session.noteTruncated(document, client) }
      var types = UnexpectedResourceTypes()
      types.take(document.resources, than: client.client.type)
      frame.run.session.noteOther(types, client, "index")
      frame.run.session.noteLinkage(document, client, "index")
      return .page(client.page(document, asked: query.include))
    }
  }

  static let show = BuiltInCommand(
    CommandDeclaration(
      name: "show", summary: "Reads one resource by its id.", parameters: [place, .init(name: "ID", shape: .id)],
      options: [.include, .fields, .meta, .timeout, .retryRead], result: "resource",
      examples: [.init(code: "(show posts 12).text", output: "\"Post 12\"")])
  ) { arguments, frame throws(Fault) in
    try await ShowImplementation.show(arguments, frame.run.session)
  }

  static let stream = BuiltInCommand(
    CommandDeclaration(
      name: "stream",
      summary:
        "Reads resources page by page. retort requests a page only when the next stage needs resources of this page.",
      parameters: [place],
      options: [
        .filter, .sort, .include, .fields,
        .page.described(as: "the first page to read, such as {number: 1, size: 100} or {offset: 0, limit: 100}"),
        .prefetch,
        .init(
          name: "on-shift", shape: .string, fallback: "\"note\"",
          summary: """
            what retort does if other programs change the list during the read. With "note", retort prints a note. \
            With "fail", the stream ends with an error
            """,
          words: ["note", "fail"]),
        .meta, .timeout, .retryRead,
      ], result: "stream of resources",
      examples: [
        .init(
          code: "stream posts | where .views < 1000 | sort -.views | take 3 | map .id",
          output: "\"581\"\n\"38\"\n\"682\"")
      ])
  ) { arguments, frame throws(Fault) in
    let client = try arguments.client()
    let query = try arguments.query()
    let waitLimit = try arguments.waitLimit(client)
    let prefetch = try arguments.integer(.prefetch) ?? 0
    let (session, reader) = (frame.run.session, try arguments.reader(client))
    let mayFail = try arguments.word("on-shift", of: ["note", "fail"]) == "fail"
    return .stream(
      StreamValue { () async throws(Fault) in
        let open = session.account.streams.mark(broker: client.connection.link.brokerIdentity, queue: client.queue)
        let feedsChanges = session.state.withLock(\.statement).changesData
        let rule: ListCompletenessCheck.ListChangePolicy = mayFail ? .fail : feedsChanges ? .passOver : .keep
        var pages = reader.stream(query, waitLimit: waitLimit, prefetch: prefetch, rule: rule)
        let note = StreamedListNotes(session, client, rule)
        var total: Int?
        var stream = ElementStream { () async throws(Fault) in
          let page = try await client.reading(arguments) { () throws(ClientError) in try await pages.next() }
          total = total ?? page?.pagination()?.totalSize
          note.take(page, pages.changes)
          if page == nil { note.show() }
          return withExtendedLifetime(open) { page.map { client.resources($0, asked: query.include) } }
        }
        stream.total = { total }
        stream.count = stream.total
        return stream
      })
  }
}

/// Shows notes about a streamed list when its stream ends, or when the script abandons the stream.
///
/// One note says that other programs changed the list during the read. Another note says that the list contains
/// resources of other types.
private final class StreamedListNotes {
  private var changes: ListCompletenessCheck?
  private var types = UnexpectedResourceTypes()
  private let session: Session
  private let client: ClientValue
  private let rule: ListCompletenessCheck.ListChangePolicy

  init(_ session: Session, _ client: ClientValue, _ rule: ListCompletenessCheck.ListChangePolicy) {
    (self.session, self.client, self.rule) = (session, client, rule)
  }

  deinit { show() }

  func take(_ page: Document?, _ changes: ListCompletenessCheck) {
    self.changes = changes
    guard let page else { return }
    types.take(page.resources, than: client.client.type)
    session.noteLinkage(page, client, "stream")
  }

  func show() {
    guard let changes = changes.take() else { return }
    session.noteOther(types, client, "stream")
    guard rule != .fail else { return }
    for sentence in changes.sentences(rule) { session.note("\(client.name): \(sentence)") }
  }
}

/// The function that the command `show` and the stage `show` share.
enum ShowImplementation {
  static func show(_ arguments: Arguments, _ session: Session) async throws(Fault) -> Value {
    let client = try arguments.client()
    let id = try arguments.id(1, of: client)
    if let made = session.dryRun.resource(id) { return client.value(ofDry: made) }
    if let id = session.unsentID(in: arguments) { throw Fault(unsent: id, arguments) }
    let query = try arguments.query()
    let waitLimit = try arguments.waitLimit(client)
    let reader = try arguments.reader(client)
    return try await client.reading(arguments) { () throws(ClientError) in
      let document = try await reader.show(id, query, waitLimit: waitLimit)
      session.noteOther(document, than: id, client, "show")
      return client.resources(document, asked: query.include).first ?? .null
    }
  }
}

extension ClientValue {
  /// Runs a read of the client.
  ///
  /// - Throws: The error of the read as a `Fault`, with the source range of the statement and with facts from the
  ///   broker.
  func reading<Result>(
    _ arguments: Arguments, _ body: () async throws(ClientError) -> Result
  ) async throws(Fault) -> Result {
    do throws(ClientError) {
      return try await body()
    } catch {
      throw Fault(await explained(error), arguments)
    }
  }

  /// Converts the primary resources of a document to values of the language.
  func resources(_ document: Document, asked include: [String] = []) -> [Value] {
    let (included, listed) = (document.included, IncludedResourceIndex(document.object["data"]?.arrayValue ?? []))
    let compound = ResourceValue.IncludedResources(client: name, asked: include) { type, id in
      included[type, id]
    } isListed: { type, id in
      listed[type, id] != nil
    }
    return document.resources.map { .resource(ResourceValue(Self.marked($0), compound: compound)) }
  }

  /// Returns a resource that a dry run pretended to create, with its names in the spelling of the client's `keys:`.
  func value(ofDry resource: JSONObject) -> Value {
    let renamed = client.renamed(.object(resource)).objectValue ?? resource
    return .resource(ResourceValue(Self.marked(renamed)))
  }

  /// Returns the document of a reply with its names in the spelling of the client's `keys:`.
  func renamed(_ reply: ChangeResult) -> ChangeResult {
    guard case .document(let document) = reply, let renamed = try? Document(client.renamed(.object(document.object)))
    else { return reply }
    return .document(renamed)
  }

  /// Adds an empty `attributes` member to a primary resource that has neither attributes nor relationships.
  ///
  /// Without the empty member, a resource looks the same as a resource identifier.
  private static func marked(_ object: JSONObject) -> JSONObject {
    guard !object.contains("attributes"), !object.contains("relationships") else { return object }
    var object = object
    object["attributes"] = [:]
    return object
  }

  /// Converts a document with a list of resources to a page value of the language.
  func page(_ document: Document, asked include: [String]) -> PageValue {
    let pagination = document.pagination()
    return PageValue(
      items: resources(document, asked: include), pagination: pagination.map(Self.value) ?? .null,
      meta: .record(Record(document.meta)), links: .record(Record(document.links)), hasNext: pagination?.hasNext == true
    )
  }

  private static func value(_ pagination: Pagination) -> Value {
    func page(_ page: Pagination.Page?) -> Value {
      guard let page else { return .null }
      return .record(Record(page.members.map { ($0.key, .number(JSONNumber($0.value))) }))
    }
    return .record(
      Record([
        ("first", page(pagination.first)), ("last", page(pagination.last)), ("next", page(pagination.next)),
        ("previous", page(pagination.previous)),
        ("total-size", pagination.totalSize.map { .number(JSONNumber($0)) } ?? .null),
      ]))
  }
}
