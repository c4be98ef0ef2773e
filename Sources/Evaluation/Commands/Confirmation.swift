import Client
import Bulk
import JSONText
import Language
import Synchronization
import Values

/// A bulk destruction that the user must confirm.
struct DestroyConsentRequest: Sendable {
  var verb: String
  var client: ClientValue
  /// The number of resources to destroy; nil if unknown.
  var count: Int?
  /// The number of changes that earlier runs of the statement carried out, according to the journal file.
  ///
  /// The changes of earlier runs count toward the limit `max:`.
  var before = 0
  /// The filter as JSON text; nil if there is no filter.
  var filter: String?
  /// The value of the option `max:`; nil if the option is missing.
  var max: Int?
  /// Whether a loop destroys the resources one by one; false if one bulk statement destroys all resources.
  var isOneByOne = false

  /// Returns the scope to which the user's consent applies.
  ///
  /// A later destruction in the same scope needs no new question. Returns nil for a stage such as `destroy`, because no
  /// filter describes its elements. retort therefore asks again for each stage.
  fileprivate func scope(_ arguments: Arguments) -> ConsentCoverage? {
    guard filter != nil || isOneByOne else { return nil }
    return ConsentCoverage(
      connection: client.connection.serial, queue: client.queue, type: client.client.type, verb: verb,
      filter: filter,
      meta: [JSONValue.object(client.client.settings.meta).text]
        + (arguments.meta.map { [(try? $0.json().text) ?? $0.label] } ?? []))
  }
}

extension Arguments {
  /// The suggestion in an error about the limit `max:`.
  var stepAfterMax: String {
    "raise the limit max:, or \(options["filter"] == nil ? "select fewer elements before \(name)" : "narrow the filter")"
  }
}

extension DestroyConsentRequest {
  /// Throws an error if the resources of this run and the changes of earlier runs together exceed `max:`.
  func checkMax(_ arguments: Arguments) throws(Fault) {
    guard let max, let count, count + before > max else { return }
    let destroys = verb.hasPrefix("destroy") || verb.hasPrefix("call")
    let what = destroys ? "destroy" : ["create", "update"].contains(verb) ? verb : "change"
    let earlier = before > 0 ? " after \(before) in earlier runs" : ""
    throw Fault(
      .limit, "\(verb) \(client.name) would \(what) \(resources)\(earlier), but the limit max: is \(max)",
      at: [MarkedSourceRange(arguments.range)], in: arguments.source,
      nextStep: arguments.stepAfterMax)
  }

  /// The number of resources as text: `250 resources`.
  fileprivate var resources: String {
    count.map { $0 == 1 ? "1 resource" : "\($0) resources" } ?? "an unknown number of resources"
  }

  /// The number of resources that the statement may still destroy; nil if `max:` is missing.
  ///
  /// This is the value of `max:` minus the number of changes in earlier runs.
  fileprivate var limit: Int? { max.map { Swift.max(0, $0 - before) } }
}

extension Arguments {
  /// The value of `meta:`; nil if the option is missing.
  fileprivate var meta: Value? { options["meta"]?.value }
}

extension StatementContext {
  /// Gets the user's consent to a bulk destruction (TheLanguage.md, "Rule 2: bulk destruction is confirmed").
  ///
  /// With `confirm: true` or `--yes`, the function does not ask the user, except on a connection with
  /// `guard: "confirm"`. Otherwise, it asks the user at the terminal. Without a terminal, it refuses the destruction.
  ///
  /// The function does not ask if there is nothing to destroy. It also does not ask with `--offline`, because the run
  /// sends nothing.
  ///
  /// To confirm the destruction, the user types a number. The number is also the limit of the destruction. A consent
  /// applies to all destructions with the same connection, client, verb, filter and `meta`. For a stage that destroys
  /// its elements, the consent applies only to this stage.
  func consent(to request: DestroyConsentRequest, _ arguments: Arguments) async throws(Fault) -> DestroyConsent {
    try request.checkMax(arguments)
    if session.options.isOffline { return DestroyConsent(limit: request.limit, isConfirmed: false) }
    if let left = session.account.left, let count = request.count, count > left {
      throw refusal(
        .limit,
        "\(request.verb) \(request.client.name) would destroy \(request.resources), but --yes=N allows only \(left)",
        arguments, nextStep: "raise N in --yes=N to the number that may be destroyed, or narrow the filter")
    }
    if request.client.connection.protection == .confirm {
      if let consent = try guarded(request, arguments) { return consent }
    } else if try arguments.bool("confirm") ?? false || session.account.confirmation != .asked || request.count == 0 {
      return DestroyConsent(limit: request.count == 0 ? 0 : request.limit, isConfirmed: request.count == 0)
    }
    let scope = request.scope(arguments)
    if let consent = given(request, scope) { return consent }
    guard let ask = session.host.ask else {
      throw refusal(
        .refused, "\(request.verb) \(request.client.name) is a bulk destruction and needs a confirmation", arguments,
        nextStep: "add confirm: true to the statement, or run the program with --yes")
    }
    return try await session.questions.run { () async throws(Fault) in
      if let consent = given(request, scope) { return consent }
      let limit = try await answer(request, arguments, ask)
      let consent = DestroyConsent(limit: limit, isConfirmed: true)
      if let scope { statement.keep(consent, for: scope) }
      return consent
    }
  }

  /// Returns the consent on a connection with `guard: "confirm"`; nil if the program must ask the user.
  ///
  /// If there is nothing to destroy, no question is needed. Otherwise only the program options `--guarded` and
  /// `--yes=N` together replace the question. Options in a script can't replace the question.
  private func guarded(_ request: DestroyConsentRequest, _ arguments: Arguments) throws(Fault) -> DestroyConsent? {
    let connection = request.client.connection
    if request.count == 0 { return DestroyConsent(limit: 0, isConfirmed: true) }
    let isOpened = !session.namesInGuarded(of: connection).isEmpty
    if isOpened, case .limited = session.account.confirmation {
      return DestroyConsent(limit: request.limit, isConfirmed: false)
    }
    if session.host.ask != nil { return nil }
    throw refusal(
      .refused,
      "\(request.verb) \(request.client.name) would destroy \(request.resources) on \(connection.label), whose guard is \"confirm\"",
      arguments,
      nextStep:
        "run the statement at a terminal, where retort asks; or run the program with --guarded '\(connection.name ?? connection.address)' and --yes=N"
    )
  }

  /// Returns an earlier consent that also applies to this destruction; nil if no earlier consent applies.
  ///
  /// The earlier consent does not apply if the number of resources exceeds the limit of the consent.
  private func given(_ request: DestroyConsentRequest, _ scope: ConsentCoverage?) -> DestroyConsent? {
    guard let scope, let consent = statement.consent(for: scope) else { return nil }
    guard let count = request.count, let left = consent.left else { return consent }
    return count <= left ? consent : nil
  }

  /// Asks the user to confirm the destruction, and returns the number that the user typed.
  private func answer(
    _ request: DestroyConsentRequest, _ arguments: Arguments, _ ask: @Sendable (String) async -> String?
  ) async throws(Fault) -> Int {
    session.output.flush()
    let client = request.client
    let filter = request.filter.map { ", filter \($0)" } ?? ""
    let meta = arguments.meta.map { ", meta \($0.label)" } ?? ""
    let pace = request.count == nil && request.isOneByOne ? ", one by one" : ""
    let earlier = request.before > 0 ? ", after \(request.before) in earlier runs" : ""
    let wanted = request.count.map { "type \($0) to continue: " } ?? "type the maximum number to destroy: "
    let reply = await ask(
      "\(request.verb) \(client.name): \(request.resources)\(filter)\(meta)\(pace)\(earlier)\n  on \(place(client.connection)), queue \(client.queue)\n\(wanted)"
    )
    let number = reply.flatMap { Int(digits: $0.trimmed) }
    guard !Task.isCancelled, let number, number > 0, request.count == nil || number == request.count else {
      throw refusal(
        Task.isCancelled ? .interrupted : .refused,
        "\(request.verb) \(client.name) was not confirmed: nothing was sent", arguments, nextStep: nil)
    }
    return number
  }

  private func place(_ connection: ConnectionValue) -> String {
    connection.label + (connection.env.map { " (\($0))" } ?? "")
  }

  private func refusal(_ kind: Fault.Kind, _ message: String, _ arguments: Arguments, nextStep: String?) -> Fault {
    Fault(kind, message, at: [MarkedSourceRange(arguments.range)], in: arguments.source, nextStep: nextStep)
  }
}
