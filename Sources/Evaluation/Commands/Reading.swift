import Client
import JSONAPI
import JSONRPC
import JSONText
import Language

extension Command {
  private static let place = Declaration.Parameter(name: "CLIENT", shape: .client)

  static let count = Command(
    Declaration(
      name: "count", summary: "Counts the resources that a filter finds.", parameters: [place],
      options: [.filter, .meta, .timeout], result: "number",
      examples: [
        .init(code: "count posts", output: "1000"),
        .init(code: #"count posts filter: {state: "draft"}"#, output: "250"),
      ])
  ) { arguments, frame throws(Fault) in
    let client = try arguments.client()
    let query = try arguments.query()
    let patience = try arguments.timeout()?.patience ?? .usual
    return try await client.reading(arguments) { () throws(ClientError) in
      .number(JSONNumber(try await client.client.count(query, patience: patience)))
    }
  }

  static let index = Command(
    Declaration(
      name: "index", summary: "Reads a page of resources.", parameters: [place],
      options: [.filter, .sort, .include, .fields, .page, .meta, .timeout], result: "page",
      examples: [
        .init(code: "let page = index posts page: {size: 2}\nlength(page.items)", output: "2")
      ])
  ) { arguments, frame throws(Fault) in
    let client = try arguments.client()
    let query = try arguments.query()
    let patience = try arguments.timeout()?.patience ?? .usual
    return try await client.reading(arguments) { () throws(ClientError) in
      .page(client.page(try await client.client.index(query, patience: patience)))
    }
  }

  static let show = Command(
    Declaration(
      name: "show", summary: "Reads one resource.", parameters: [place, .init(name: "ID", shape: .id)],
      options: [.include, .fields, .meta, .timeout], result: "resource",
      examples: [.init(code: "(show posts 12).text", output: "\"Post 12\"")])
  ) { arguments, frame throws(Fault) in
    try await Verbs.show(arguments)
  }

  static let stream = Command(
    Declaration(
      name: "stream", summary: "Reads resources page by page, as they are asked for.", parameters: [place],
      options: [
        .filter, .sort, .include, .fields, .page,
        .init(name: "prefetch", shape: .number, fallback: "0", summary: "how many pages are asked for ahead"), .meta,
        .timeout,
      ], result: "stream of resources",
      examples: [
        .init(
          code: "stream posts | where .views < 1000 | sort -.views | take 3 | map .id",
          output: "\"581\"\n\"38\"\n\"682\"")
      ])
  ) { arguments, frame throws(Fault) in
    let client = try arguments.client()
    let query = try arguments.query()
    let patience = try arguments.timeout()?.patience ?? .usual
    let prefetch = min(try arguments.integer("prefetch", least: 0) ?? 0, 64)
    let session = frame.run.session
    return .stream(
      StreamValue { () async throws(Fault) in
        let open = OpenStream(session, client.streamKey)
        var pages = client.client.stream(query, patience: patience, prefetch: prefetch)
        return ElementStream { () async throws(Fault) in
          let page = try await client.reading(arguments) { () throws(ClientError) in try await pages.next() }
          return withExtendedLifetime(open) { page.map(client.resources) }
        }
      })
  }
}

/// The verbs that stand at the head and after `|` alike.
enum Verbs {
  static func show(_ arguments: Arguments) async throws(Fault) -> Value {
    let client = try arguments.client()
    let id = try arguments.id(1, of: client)
    let query = try arguments.query()
    let patience = try arguments.timeout()?.patience ?? .usual
    return try await client.reading(arguments) { () throws(ClientError) in
      let document = try await client.client.show(id, query, patience: patience)
      return client.resources(document).first ?? .null
    }
  }
}

extension ClientValue {
  /// Runs a call of the client; its error becomes one of the language, with its place.
  func reading<Result>(
    _ arguments: Arguments, _ body: () async throws(ClientError) -> Result
  ) async throws(Fault) -> Result {
    do throws(ClientError) {
      return try await body()
    } catch {
      throw Fault(await explained(error), arguments)
    }
  }

  /// An error without a reply, with what the queue tells of the silence: a passive declare on a channel of its own.
  func explained(_ silence: ClientError) async -> ClientError {
    if silence.kind == .noRoute { return await withNearestQueue(silence) }
    guard silence.isSilence else { return silence }
    let state: QueueState?
    do throws(LinkError) { state = try await connection.link.probe(queue: queue) } catch { return silence }
    var error = silence
    error.nextStep = [Self.silence(of: queue, state), error.kind == .unknown ? error.nextStep : nil]
      .compactMap { $0 }.joined(separator: "; ")
    return error
  }

  /// The error of a queue that is not there, with the name that may have been meant.
  ///
  /// No broker lists its queues to a client: what other clients use is known, and some spellings are looked up.
  private func withNearestQueue(_ error: ClientError) async -> ClientError {
    var found = nearest(to: queue, among: connection.queues.names.filter { $0 != queue }).map { [$0] } ?? []
    for spelling in Self.spellings(of: queue) where found.isEmpty {
      do throws(LinkError) {
        if try await connection.link.probe(queue: spelling) != nil { found = [spelling] }
      } catch { break }
    }
    guard let name = found.first else { return error }
    var error = error
    error.nextStep = "did you mean the queue \(name)?"
    return error
  }

  private static func spellings(of queue: String) -> [String] {
    let turned = queue.map { $0 == "-" ? "_" : $0 == "_" ? "-" : $0 }
    let all = [
      queue + "s", queue.hasSuffix("s") ? String(queue.dropLast()) : queue, String(turned), queue.lowercased(),
      queue.filter { !$0.isWhitespace }, queue.hasSuffix("_test") ? String(queue.dropLast(5)) : queue + "_test",
    ]
    return all.filter { $0 != queue && !$0.isEmpty && $0.utf8.count <= 255 }
  }

  private static func silence(of queue: String, _ state: QueueState?) -> String {
    guard let state else { return "the queue \(queue) is gone" }
    let waiting = state.messages == 1 ? "1 request waits" : "\(state.messages) requests wait"
    if state.consumers == 0 { return "no service takes from queue \(queue), and \(waiting) in it: is it running?" }
    if state.messages > 0 { return "the service is slow: \(waiting) in queue \(queue); timeout: 30s waits longer" }
    return "the service took the request and is slow or silent: see its log; timeout: 30s waits longer"
  }

  /// The primary resources of a document as values.
  func resources(_ document: Document) -> [Value] {
    let included = document.included
    let compound = ResourceValue.Compound(client: name) { type, id in included[type, id] }
    return document.resources.map { .resource(ResourceValue($0, compound: compound)) }
  }

  /// A list's document as a page.
  func page(_ document: Document) -> PageValue {
    let pagination = document.pagination
    return PageValue(
      items: resources(document), pagination: pagination.map(Self.value) ?? .null,
      meta: .record(Record(document.meta)), links: .record(Record(document.links)), hasNext: pagination?.next != nil)
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

extension Fault {
  /// The error of a client's call, with carets under the words that caused it.
  convenience init(
    _ error: ClientError, _ arguments: Arguments, record: Int? = nil, pointers: [String: [String]] = [:]
  ) {
    var marks: [Mark] = []
    var left: [String] = []
    for detail in error.errors {
      let path = detail.pointer.flatMap { pointers[$0] }
      if let path, let record, record < arguments.positional.count,
        let words = arguments.positional[record].words(at: path)
      {
        let text = detail.title ?? detail.detail
        let way = words.rest.isEmpty ? "" : words.rest.joined(separator: ".") + ": "
        marks.append(Mark(words.range, text.map { way + $0 } ?? (way.isEmpty ? nil : way)))
      } else if let option = detail.parameter.flatMap({ arguments.options[$0] }) {
        marks.append(Mark(option.range, error.errors.count > 1 ? detail.detail ?? detail.title : nil))
      } else {
        left.append(detail.pointer.map { "\($0): \(detail.text)" } ?? detail.text)
      }
    }
    marks.sort { $0.range.lower < $1.range.lower }
    let says = error.errors.count > 1 || !marks.isEmpty ? left : []
    self.init(
      Kind(error.kind.rawValue), Self.message(error, arguments.name),
      at: marks.isEmpty ? [Mark(arguments.range)] : marks,
      in: arguments.source, nextStep: error.nextStep, errors: error.errors.map { .object($0.object) }, trail: says)
  }

  /// The message, which names the verb that was written: `count` and `stream` send `index`.
  private static func message(_ error: ClientError, _ verb: String) -> String {
    guard let call = error.call, verb != "call" else { return error.message }
    let sent = "\(call.queue) \(call.method): "
    guard error.message.hasPrefix(sent) else { return error.message }
    return "\(call.queue) \(verb): \(error.message.dropFirst(sent.count))"
  }
}
