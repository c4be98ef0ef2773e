import Synchronization
import Client
import JSONRPC
import JSONAPI
import JSONText
import Language
import Values

extension Command {
  static let destroyAll = Command(
    Declaration(
      name: "destroy-all", summary: "Destroys what a filter finds: the first page, again and again.",
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [
        .init(name: "filter", shape: .record, summary: "which; {} means all, and must be written", isRequired: true),
        .confirm, .max,
        .page, .inFlight, .onError, .meta, .timeout, .expire,
      ], effect: .destroys, result: "number",
      examples: [.init(code: #"destroy-all posts filter: {state: "spam"} confirm: true"#, output: "250")])
  ) { arguments, frame throws(Fault) in
    guard arguments["filter"] != nil else {
      throw Fault(.value, "destroy-all needs a filter", nextStep: "filter: {state: \"spam\"}; filter: {} means all")
    }
    let session = frame.run.session
    let client = try arguments.client()
    let query = try arguments.query()
    try session.refuseStreamed(client, "destroy-all")
    let max = try arguments.integer("max", least: 0)
    try await confirm(arguments, client, query, max, session)
    let purge = Purge(
      client: client, query: query, arguments: arguments, session: session,
      limit: try arguments.integer("in-flight", least: 1) ?? session.state.withLock(\.inFlight), max: max,
      goesOn: try arguments.string("on-error") == "continue")
    return .number(JSONNumber(try await purge.run()))
  }

  private static func confirm(
    _ arguments: Arguments, _ client: ClientValue, _ query: Query, _ max: Int?, _ session: Session
  ) async throws(Fault) {
    var bulk = Bulk(verb: "destroy-all", client: client, filter: query.params["filter"]?.text ?? "{}", max: max)
    let needsCount = max != nil || session.surroundings.ask != nil
    if needsCount {
      let patience = try arguments.patience(client)
      bulk.count = try await client.reading(arguments) { () throws(ClientError) in
        try await client.client.count(query, patience: patience)
      }
    }
    try await session.confirm(bulk, arguments)
  }
}

/// The work of `destroy-all` (Retort.Client.Generic `destroy_all`).
private struct Purge {
  let client: ClientValue
  let query: Query
  let arguments: Arguments
  let session: Session
  let limit: Int
  let max: Int?
  /// Whether a failure does not stop it.
  let goesOn: Bool

  private var label: String { "destroy-all \(client.name)" }

  func run() async throws(Fault) -> Int {
    let patience = try arguments.patience(client)
    var pages = client.client.firstPages(query, patience: patience)
    var result = Changes.Result()
    do throws(Fault) {
      while let ids = try await next(&pages) {
        if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
        if let max, result.tally.ok + ids.count > max {
          throw Fault(
            .limit, "destroy-all would destroy more than max: \(max)", at: [Fault.Mark(arguments.range)],
            in: arguments.source)
        }
        pages.keep(try await destroy(ids, patience, &result))
      }
    } catch {
      if goesOn { session.showFailures(of: result.tally) }
      throw result.tally.hasSent ? error.within("\(label): \(result.tally.text)").ending(5) : error
    }
    if result.tally.count > result.tally.ok { try Stage.finish(result.tally, label, session, goesOn: true) }
    if pages.notShown > 0 {
      session.note("\(label): the service counts \(pages.notShown) more, and does not show them")
    }
    return result.tally.ok
  }

  private func next(_ pages: inout FirstPages) async throws(Fault) -> [String]? {
    do throws(ClientError) { return try await pages.next() } catch {
      throw Fault(await client.explained(error), arguments).within("in reading the list")
    }
  }

  /// Destroys what a page holds, and gives what stays.
  private func destroy(
    _ ids: [String], _ patience: ResourceClient.Patience, _ result: inout Changes.Result
  ) async throws(Fault) -> Set<String> {
    let window = Window(limit: limit, executor: client.client.transport.taskExecutor)
    let (options, expires) = (try arguments.documentOptions(), try arguments.bool("expire") ?? true)
    var rest = ids[...]
    result.flow = []
    let changes = Changes(session: session, window: window, goesOn: goesOn)
    result = await changes.run(after: result, keepsFlow: true) { () async throws(Fault) in
      guard let id = rest.popFirst() else { return nil }
      try session.useConfirmed()
      var request = client.client.destroyRequest(id, options: options)
      request.expires = expires
      let mutation = Mutation(
        client: client, request: request, arguments: arguments, record: nil, patience: patience)
      return [(.success(mutation), .string(id))]
    }
    if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
    if let stopped = result.stopped { throw stopped }
    if let first = result.tally.first, !goesOn { throw first }
    return Set(ids).subtracting(result.flow.map { if case .string(let id) = $0.value { id } else { "" } })
  }
}
