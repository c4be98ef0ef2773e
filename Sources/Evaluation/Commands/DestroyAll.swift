import Synchronization
import Client
import JSONRPC
import JSONAPI
import JSONText
import Language

extension Command {
  static let destroyAll = Command(
    Declaration(
      name: "destroy-all", summary: "Destroys what a filter finds: the first page, again and again.",
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [
        .init(name: "filter", shape: .record, summary: "which; {} means all, and must be written", isRequired: true),
        .confirm, .max,
        .page, .inFlight, .meta, .timeout,
      ], effect: .destroys, result: "number",
      examples: [.init(code: #"destroy-all posts filter: {state: "spam"} confirm: true"#, output: "250")])
  ) { arguments, frame throws(Fault) in
    guard arguments["filter"] != nil else {
      throw Fault(.value, "destroy-all needs a filter", nextStep: "filter: {state: \"spam\"}; filter: {} means all")
    }
    let session = frame.run.session
    let client = try arguments.client()
    var query = try arguments.query()
    query.page = query.page?.first ?? Pagination.Page(number: 1, size: 100)
    try session.refuseStreamed(client, "destroy-all")
    let max = try arguments.integer("max", least: 0)
    try await confirm(arguments, client, query, max, session)
    let purge = Purge(
      client: client, query: query, arguments: arguments, session: session,
      limit: try arguments.integer("in-flight", least: 1) ?? session.state.withLock(\.inFlight), max: max)
    return .number(JSONNumber(try await purge.run()))
  }

  private static func confirm(
    _ arguments: Arguments, _ client: ClientValue, _ query: Query, _ max: Int?, _ session: Session
  ) async throws(Fault) {
    var bulk = Bulk(verb: "destroy-all", client: client, filter: query.params["filter"]?.text ?? "{}", max: max)
    let needsCount = max != nil || session.surroundings.ask != nil
    if needsCount {
      let patience = try arguments.timeout()?.patience ?? .usual
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

  func run() async throws(Fault) -> Int {
    let patience = try arguments.timeout()?.patience ?? .usual
    var destroyed = 0
    var last: Set<String> = []
    while true {
      if Task.isCancelled { throw ended(Fault(.interrupted, "interrupted"), destroyed) }
      let ids = try await page(patience, destroyed)
      if ids.isEmpty { return destroyed }
      if !last.isEmpty, last.isSuperset(of: ids) {
        throw ended(
          Fault(
            .service, "\(client.name) destroy-all: the first page holds the same resources after they were destroyed",
            at: [Fault.Mark(arguments.range)], in: arguments.source,
            nextStep: "does the service keep destroyed resources in its list? narrow the filter"), destroyed)
      }
      if let max, destroyed + ids.count > max {
        throw ended(
          Fault(
            .limit, "destroy-all would destroy more than max: \(max)", at: [Fault.Mark(arguments.range)],
            in: arguments.source), destroyed)
      }
      last = Set(ids)
      destroyed += try await destroy(ids, patience, before: destroyed)
    }
  }

  private func page(_ patience: ResourceClient.Patience, _ destroyed: Int) async throws(Fault) -> [String] {
    do throws(Fault) {
      return try await client.reading(arguments) { () throws(ClientError) in
        try await client.client.index(query, patience: patience).resources.compactMap { $0["id"]?.idText }
      }
    } catch { throw ended(error, destroyed) }
  }

  private func destroy(_ ids: [String], _ patience: ResourceClient.Patience, before: Int) async throws(Fault) -> Int {
    let window = Window(limit: limit, executor: client.client.transport.taskExecutor)
    var rest = ids[...]
    let result = await Changes(session: session, window: window, goesOn: false).run(keepsFlow: false) {
      () async throws(Fault) in
      guard let id = rest.popFirst() else { return nil }
      try session.useConfirmed(1)
      let mutation = Mutation(
        client: client, request: client.client.destroyRequest(id), arguments: arguments, record: nil,
        patience: patience)
      return [(mutation, .string(id))]
    }
    let destroyed = before + result.tally.ok
    if let stopped = result.stopped { throw ended(stopped, destroyed) }
    if let first = result.tally.first { throw ended(first.within(result.tally.text), destroyed) }
    return result.tally.ok + result.tally.absent
  }

  /// The error with how many were destroyed before it.
  private func ended(_ fault: Fault, _ destroyed: Int) -> Fault {
    let counted = fault.within("\(client.name) destroy-all: \(destroyed) destroyed before this")
    return destroyed > 0 ? counted.ending(5) : counted
  }
}
