import Client
import Bulk
import Language
import Synchronization
import Values

/// A bulk change that is about to destroy, as its confirmation shows it.
struct ConfirmationRequest: Sendable {
  var verb: String
  var client: ClientValue
  /// How many, where that is known.
  var count: Int?
  /// The filter as JSON, where there is one.
  var filter: String?
  /// The statement's own limit.
  var max: Int?
  /// Whether the changes come one by one, from a loop.
  var isOneByOne = false

  var subject: ConsentSubject {
    ConsentSubject(
      connection: client.connection.serial, queue: client.queue, type: client.client.settings.type, verb: verb,
      filter: filter)
  }
}

extension ConfirmationRequest {
  /// Refuses more than `max:` says, before the first.
  func checkMax(_ arguments: Arguments) throws(Fault) {
    guard let max, let count, count > max else { return }
    let what = verb.hasPrefix("destroy") || verb.hasPrefix("call") ? "destroy" : verb
    throw Fault(
      .limit, "\(verb) would \(what) \(count) of \(client.name), and max: is \(max)",
      at: [Fault.Mark(arguments.range)], in: arguments.source, nextStep: "raise max:, or narrow the filter")
  }
}

extension Run {
  /// Makes sure that a bulk change is wanted, and returns how much of it is (TheLanguage.md, "Rule 2: bulk destruction is confirmed").
  ///
  /// At a terminal a person is asked once for each connection, client, verb and filter, and types the number, which is the
  /// limit; nothing is asked where there is nothing to destroy. Off a terminal it is refused without `confirm: true` or
  /// `--yes`.
  func consent(to request: ConfirmationRequest, _ arguments: Arguments) async throws(Fault) -> Consent {
    try request.checkMax(arguments)
    if request.client.connection.protection == .confirm {
      if let consent = try guarded(request, arguments) { return consent }
    } else if try arguments.bool("confirm") ?? false || session.account.confirmation != .asked || request.count == 0 {
      return Consent(limit: request.count == 0 ? 0 : request.max, isConfirmed: request.count == 0)
    }
    if let consent = given(request) { return consent }
    guard let ask = session.host.ask else {
      throw refusal(
        .refused, "\(request.verb) on \(request.client.name) is a bulk change and needs a confirmation", arguments,
        nextStep: "confirm: true in the statement, or --yes for the program")
    }
    return try await session.questions.inTurn { () async throws(Fault) in
      if let consent = given(request) { return consent }
      let limit = try await answer(request, arguments, ask)
      let consent = Consent(limit: limit, isConfirmed: true)
      statement.keep(consent, for: request.subject)
      return consent
    }
  }

  /// The permission to destroy on a guarded connection without a question; nil where a person has to be asked.
  ///
  /// No option of a script gives it: only `--guarded` with `--yes=N`.
  private func guarded(_ request: ConfirmationRequest, _ arguments: Arguments) throws(Fault) -> Consent? {
    let connection = request.client.connection
    if request.count == 0 { return Consent(limit: 0, isConfirmed: true) }
    let isOpened = session.options.opened.contains { $0 == connection.name || $0 == connection.address }
    if isOpened, case .limited = session.account.confirmation { return Consent(limit: request.max, isConfirmed: false) }
    if session.host.ask != nil { return nil }
    let count = request.count.map { "\($0) " } ?? ""
    throw refusal(
      .refused,
      "\(request.verb) would destroy \(count)of \(request.client.name) on \(connection.label), whose guard is \"confirm\"",
      arguments,
      nextStep: "at a terminal it asks; a batch needs --guarded '\(connection.name ?? connection.address)' and --yes=N")
  }

  /// The permission that was given for the same before, as far as it reaches.
  private func given(_ request: ConfirmationRequest) -> Consent? {
    guard let consent = statement.consent(for: request.subject) else { return nil }
    guard let count = request.count, let left = consent.left else { return consent }
    return count <= left ? consent : nil
  }

  /// Asks a person, and returns the number that was typed.
  private func answer(
    _ request: ConfirmationRequest, _ arguments: Arguments, _ ask: @Sendable (String) async -> String?
  ) async throws(Fault) -> Int {
    session.output.flush()
    let client = request.client
    let what = request.count.map { "\($0) " } ?? (request.isOneByOne ? "one by one, resources " : "")
    let filter = request.filter.map { " filter \($0)" } ?? ""
    let wanted = request.count.map { "type \($0) to go on: " } ?? "type how many at most to go on: "
    let reply = await ask(
      "\(request.verb) \(what)of \(client.name)\(filter)\n  on \(client.connection.address), queue \(client.queue)\n\(wanted)"
    )
    let number = reply.flatMap { Int($0.trimmed) }
    guard !Task.isCancelled, let number, number > 0, request.count == nil || number == request.count else {
      throw refusal(
        Task.isCancelled ? .interrupted : .refused,
        "\(request.verb) on \(client.name) was not confirmed: nothing was sent", arguments, nextStep: nil)
    }
    return number
  }

  private func refusal(_ kind: Fault.Kind, _ message: String, _ arguments: Arguments, nextStep: String?) -> Fault {
    Fault(kind, message, at: [Fault.Mark(arguments.range)], in: arguments.source, nextStep: nextStep)
  }
}

/// Questions to a person, one after the other.
final class Questions: Sendable {
  private struct State {
    var isAsking = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Runs a body when no other asks.
  func inTurn<Result>(_ body: () async throws(Fault) -> Result) async throws(Fault) -> Result {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.isAsking { state.waiting.append(continuation) }
        defer { state.isAsking = true }
        return !state.isAsking
      }
      if isFree { continuation.resume() }
    }
    defer {
      let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
        if state.waiting.isEmpty {
          state.isAsking = false
          return nil
        }
        return state.waiting.removeFirst()
      }
      next?.resume()
    }
    return try await body()
  }
}

extension String {
  /// The text without white space at its ends.
  var trimmed: String {
    let scalars = unicodeScalars.drop { $0.properties.isWhitespace }
    var end = scalars.endIndex
    while end > scalars.startIndex, scalars[scalars.index(before: end)].properties.isWhitespace {
      end = scalars.index(before: end)
    }
    return String(scalars[..<end])
  }
}
