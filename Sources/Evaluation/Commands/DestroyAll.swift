import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Values

extension BuiltInCommand {
  static let destroyAll = BuiltInCommand(
    CommandDeclaration(
      name: "destroy-all",
      summary: """
        Destroys all resources that match a filter, page by page. Returns the number of destroyed resources.
        """,
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [
        .init(
          name: "filter", shape: .record,
          summary: """
            the values that a resource must have, such as {state: "spam"}. The empty record {} matches all resources
            """,
          isRequired: true
        )
        .ruled(.filter),
        .confirm,
        .max.described(
          as: """
            the maximum number of resources to destroy. If more resources match the filter, the statement destroys \
            nothing
            """),
        .page.described(
          as: """
            the size of the pages in which retort reads the ids, such as {size: 100} or {offset: 0, limit: 100}. If the \
            service refuses the default size, retort lets the service choose the size
            """,
          fallback: "100"),
        .meta, .timeout, .expire, .destroyBackup, .kept,
      ] + CommandDeclaration.Option.bulk + [.workers], effect: .destroys, result: "number",
      examples: [.init(code: #"destroy-all posts filter: {state: "spam"} confirm: true"#, output: "250")]),
    .bulk { arguments, run throws(Fault) in
      guard arguments["filter"] != nil else {
        throw Fault(.value, "destroy-all needs a filter", nextStep: "filter: {state: \"spam\"}; filter: {} means all")
      }
      let client = try arguments.client()
      var query = try arguments.query()
      query.include = []  // `include:` names relationships for the backup, not for the list
      try run.session.refuseStreamed(client, "destroy-all")
      let policy = try arguments.policy(run, client, label: "destroy-all \(client.name)")
      let isDry = run.isDry(arguments)
      try arguments.claimFiles(run)
      let failedFile = try arguments.failedFile(run, client, isDry: isDry || run.session.options.isOffline)
      let guards = try arguments.safeguards(run, client, keyField: nil, readsFirst: true)
      if !isDry, !query.filter.isEmpty, isAsked(client, run) {
        // Compare the filter with the first page before the question to the user. If the service ignores the filter,
        // the statement fails here, and the user does not confirm a destruction of resources that do not match.
        var pages = try arguments.reader(client).firstPages(query, waitLimit: try arguments.waitLimit(client))
        _ = try await pages.nextChecked(client, arguments, run.session)
      }
      let (consent, count) = isDry ? (nil, nil) : try await consent(arguments, client, query, run)
      let source: any BulkChangeSource =
        isDry
        ? try DryDestroyAllSource(arguments, client, query, run.session)
        : try DestroyAllChangeSource(arguments, client, query, total: count, run.session)
      let carrier = try await arguments.pool(run, client, policy, guards, keyField: nil, givesResults: false)
      var plan = BulkPlan(
        arguments: arguments, client: client, policy: arguments.policy(policy, for: carrier), consent: consent,
        source: source, notesSummary: isDry)
      plan.isDry = isDry
      (plan.guards, plan.carrier) = (guards, carrier)
      plan.failedFile = failedFile
      return plan
    })

  /// Whether the user may have to confirm the destruction.
  private static func isAsked(_ client: ClientValue, _ run: StatementContext) -> Bool {
    !run.session.options.isOffline && (run.session.host.ask != nil || client.connection.protection == .confirm)
  }

  private static func consent(
    _ arguments: Arguments, _ client: ClientValue, _ query: Query, _ run: StatementContext
  ) async throws(Fault) -> (DestroyConsent?, count: Int?) {
    let max = try arguments.integer(.max)
    var request = DestroyConsentRequest(
      verb: "destroy-all", client: client, filter: query.params["filter"]?.text ?? "{}", max: max)
    if max != nil || isAsked(client, run) || run.session.account.left != nil {
      let (reader, waitLimit) = (try arguments.reader(client), try arguments.waitLimit(client))
      request.count = try await client.reading(arguments) { () throws(ClientError) in
        try await reader.count(query, waitLimit: waitLimit)
      }
    }
    if request.count == 0 { run.session.note("destroy-all \(client.name): there is nothing to destroy") }
    return (try await run.consent(to: request, arguments), request.count)
  }
}

/// The source of the changes of `destroy-all`.
///
/// The source reads the first page of the list, and the run destroys the resources of the page. The source then reads
/// the first page again, until the list is empty (Retort.Client.Generic `destroy_all`).
private final class DestroyAllChangeSource: BulkChangeSource {
  private let arguments: Arguments
  private let client: ClientValue
  private let options: JSONObject
  private var pages: ShrinkingListReader
  private var page: [String]?
  private let session: Session
  /// The surplus at which the source shows its next note.
  ///
  /// The command counts the resources at the start. The surplus is the number of resources beyond this count.
  private var nextNote = 1

  /// The ids of the current page whose resources were not destroyed.
  let failedElements: FailedElementCollector? = FailedElementCollector()

  /// The number of resources that match the filter before the first destroy; nil if the command did not count them.
  let total: Int?

  init(
    _ arguments: Arguments, _ client: ClientValue, _ query: Query, total: Int?, _ session: Session
  ) throws(Fault) {
    self.session = session
    self.arguments = arguments
    self.client = client
    self.total = total
    options = try arguments.optionsWithoutDocument()
    pages = try arguments.reader(client).firstPages(query, waitLimit: try arguments.waitLimit(client))
  }

  func begin() async throws(Fault) -> Bool {
    pages.keep((failedElements?.take() ?? []).compactMap { if case .string(let id) = $0 { id } else { nil } })
    page = try await pages.nextChecked(client, arguments, session)
    noteSurplus()
    return page != nil
  }

  /// Shows a note if the source finds more resources than the command counted at the start.
  ///
  /// The function repeats the note after each thousand further resources.
  private func noteSurplus() {
    guard let counted = pages.counted, pages.surplus >= nextNote else { return }
    nextNote = (pages.surplus / 1000 + 1) * 1000
    session.note(
      "destroy-all \(client.name): \(counted) resources were counted at the start, but \(counted + pages.surplus) have "
        + "been found so far; with max: \(counted), the statement would stop after \(counted) destroys")
  }

  func next() throws(Fault) -> [BulkElement]? {
    try page.take().map { ids throws(Fault) in try BulkElement.destroying(ids, arguments, client, options) }
  }

  var endNote: String? {
    pages.notShown > 0 ? "the service counts \(pages.notShown) resources that it does not return" : nil
  }
}

/// The source of the changes of a `destroy-all` in a dry run.
///
/// The source reads one page after another. It can't repeatedly read the first page, because a dry run does not make
/// the list shorter.
private final class DryDestroyAllSource: BulkChangeSource {
  private let arguments: Arguments
  private let client: ClientValue
  private let options: JSONObject
  private let filter: [(name: String, value: String)]
  private let session: Session
  private var stream: PageStream
  private var isBegun = false

  init(_ arguments: Arguments, _ client: ClientValue, _ query: Query, _ session: Session) throws(Fault) {
    self.session = session
    self.arguments = arguments
    self.client = client
    filter = query.filter
    options = try arguments.optionsWithoutDocument()
    stream = try arguments.reader(client).stream(query, waitLimit: try arguments.waitLimit(client))
  }

  func begin() -> Bool {
    defer { isBegun = true }
    return !isBegun
  }

  func next() async throws(Fault) -> [BulkElement]? {
    let page: Document?
    do throws(ClientError) { page = try await stream.next() } catch {
      throw Fault(await client.explained(error), arguments).within("while destroy-all read the list")
    }
    if let page {
      let comparison = IgnoredFilterDetector(filter, in: page)
      if let ignored = comparison.ignored { throw Fault(ignored, client, arguments) }
      session.note(unchecked: comparison.unchecked, client)
    }
    let ids = page?.resources.compactMap { $0["id"]?.idText }
    return try ids.map { ids throws(Fault) in try BulkElement.destroying(ids, arguments, client, options) }
  }

  let total: Int? = nil

  let endNote: String? = nil
}

extension BulkElement {
  /// Returns one element for each id; the element's change destroys the resource with this id.
  fileprivate static func destroying(
    _ ids: [String], _ arguments: Arguments, _ client: ClientValue, _ options: JSONObject
  ) throws(Fault) -> [BulkElement] {
    var elements: [BulkElement] = []
    for id in ids {
      let prepared = try PreparedChange(.destroy, arguments, client, record: nil) { () throws(ClientError) in
        try client.client.destroyRequest(id, options: options)
      }
      elements.append(BulkElement(.string(id), .success(prepared)))
    }
    return elements
  }
}

extension Fault {
  /// Creates the error for a service that ignores the filter of `destroy-all`.
  ///
  /// `ignored` describes a resource that the service returned, although the resource does not match the filter.
  fileprivate convenience init(_ ignored: IgnoredFilter, _ client: ClientValue, _ arguments: Arguments) {
    let name = arguments.source.text(arguments.range(0))
    let filter = arguments["filter"]?.expression.map { " filter: \(arguments.source.text($0.range))" } ?? ""
    self.init(
      .value,
      "destroy-all \(client.name): the filter asks for the \(ignored.name) \(ignored.wanted), but the service returned "
        + "\(client.client.type)/\(ignored.id), whose \(ignored.name) is \(ignored.found)",
      at: [MarkedSourceRange(arguments["filter"]?.range ?? arguments.range)], in: arguments.source,
      nextStep: "the service may ignore this filter. To destroy only the resources that match: "
        + "stream \(name) | where \(ignored.condition) | collect | destroy \(name). To destroy what the service returns: "
        + "stream \(name)\(filter) | collect | destroy \(name)")
  }
}

extension ShrinkingListReader {
  /// Compares the filter with the next resources, and returns their ids; returns nil at the end of the list.
  ///
  /// - Throws: An error if a resource contradicts the filter, or if the list can't be read.
  fileprivate mutating func nextChecked(
    _ client: ClientValue, _ arguments: Arguments, _ session: Session
  ) async throws(Fault) -> [String]? {
    let page: [String]?
    do throws(ClientError) { page = try await next() } catch {
      throw Fault(await client.explained(error), arguments).within("while destroy-all read the list")
    }
    if let ignoredFilter { throw Fault(ignoredFilter, client, arguments) }
    session.note(unchecked: uncheckedFilters, client)
    return page
  }
}

extension Session {
  /// Shows a note for each filter that can't be compared with the resources, once in a statement.
  fileprivate func note(unchecked filters: [UncheckableFilter], _ client: ClientValue) {
    for filter in filters {
      let reason =
        switch filter.reason {
        case .value: "the service may read the value \(filter.wanted) as a range, a pattern or an operator"
        case .missingField: "some resources have no attribute or linkage with this name"
        case .field: "some resources have a value of another kind in this field"
        }
      note(
        once: "unchecked filter \(client.serial) \(filter.name)",
        "destroy-all \(client.name): the filter \(filter.name): is not checked, because \(reason); if the service ignores "
          + "the filter, all resources that it returns are destroyed")
    }
  }
}

extension IgnoredFilter {
  /// The condition of a `where` stage that selects the same resources as the filter: `.state == "spam"`.
  fileprivate var condition: String {
    let isText = found.hasPrefix("\"")
    let values = wanted.split(separator: ",").map { isText ? JSONValue.string(String($0)).text : String($0) }
    return values.count == 1 ? ".\(field) == \(values[0])" : ".\(field) in [\(values.joined(separator: ", "))]"
  }
}
