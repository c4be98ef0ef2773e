import Synchronization
import JSONRPC
import Client
import JSONText
import Language

/// How the elements of a changing statement ended.
struct Tally: Sendable {
  var ok = 0
  var failed = 0
  var absent = 0
  var refused = 0
  var unknown = 0
  /// What happened to the first element, in the order of elements, that did not go well.
  var first: Fault? { failures.first?.fault }
  /// The first failure of each kind and wording, in the order of elements, and how many there were like it.
  private(set) var failures: [Failure] = []
  /// Failures that say the same, and the first element that one of them happened to.
  struct Failure: Sendable {
    var index: Int
    var fault: Fault
    var count = 1
  }
  /// How many failures are told apart.
  private static let limit = 5
  /// Whether anything reached a queue.
  private(set) var hasSent = false

  /// Counts the outcome of an element; with requests in flight, outcomes come in any order.
  mutating func add(_ outcome: Mutation.Outcome, of element: Value, at index: Int) {
    switch outcome {
    case .done: ok += 1
    case .absent: absent += 1
    case .failed: failed += 1
    case .unknown: unknown += 1
    case .refused: refused += 1
    case .dropped: return
    }
    hasSent = hasSent || outcome.wasSent
    guard !outcome.isGood, let fault = outcome.fault else { return }
    let known = failures.firstIndex { $0.fault.kind == fault.kind && $0.fault.tells(as: fault) }
    let count = known.map { failures[$0].count } ?? 0
    if let known, failures[known].index < index { return failures[known].count += 1 }
    if let known { failures.remove(at: known) }
    let place = failures.firstIndex { $0.index > index } ?? failures.endIndex
    let placed = fault.within("at element \(index + 1), \(element.label)")
    failures.insert(Failure(index: index, fault: placed, count: count + 1), at: place)
    if failures.count > Self.limit { failures.removeLast() }
  }

  var value: Value {
    .record(Record(counts.map { ($0.0, .number(JSONNumber($0.1))) }))
  }

  /// How many elements there were.
  var count: Int { counts.reduce(0) { $0 + $1.1 } }

  private var counts: [(String, Int)] {
    [("ok", ok), ("failed", failed), ("absent", absent), ("refused", refused), ("unknown", unknown)]
  }

  /// `3 ok, 1 failed`: what is 0 is left out, but for `ok`.
  var text: String {
    counts.filter { $0.0 == "ok" || $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }
}

extension Changes.Result {
  /// An error of the elements themselves, with what was done before it.
  func ended(_ fault: Fault, _ label: String) -> Fault {
    tally.hasSent ? fault.within("\(label): \(tally.text)").ending(5) : fault
  }
}

extension Mutation.Outcome {
  /// Whether the statement goes on after it: done, or absent where it was to be destroyed.
  var isGood: Bool {
    switch self {
    case .done, .absent: true
    case .failed, .unknown, .refused, .dropped: false
    }
  }

  /// Whether the request may have reached a service.
  var wasSent: Bool {
    switch self {
    case .done, .absent, .unknown: true
    case .failed(let fault): ![.noRoute, .connection, .timeout, .value].contains(fault.kind)
    case .refused, .dropped: false
    }
  }
}

/// Many changes with some of them in flight.
struct Changes: Sendable {
  let session: Session
  let window: Window
  /// Whether a failure does not stop it.
  let goesOn: Bool

  /// What came of all elements: their tally, and the values that flow on, in order.
  struct Result: Sendable {
    var tally = Tally()
    var flow: [(index: Int, value: Value)] = []
    /// Why there are no more elements, where that is an error.
    var stopped: Fault?
  }

  /// A change, or why there can be none, and the element it was made of.
  typealias Change = (mutation: Swift.Result<Mutation, Fault>, element: Value)

  /// Sends the changes that `next` makes, until it has no more or one fails; then waits for what is in flight.
  ///
  /// What came of elements before is counted on.
  func run(
    after before: Result = Result(), keepsFlow: Bool, _ next: () async throws(Fault) -> [Change]?
  ) async -> Result {
    let gathered = Mutex(before)
    let count = before.tally.count
    let stopped = await window.run(next) { index, change in
      let outcome: Mutation.Outcome =
        switch change.mutation {
        case .success(let mutation): await mutation.send(session)
        case .failure(let fault): .refused(fault)
        }
      gathered.withLock { result in
        result.tally.add(outcome, of: change.element, at: count + index)
        guard keepsFlow, case .done(let value) = outcome else { return }
        result.flow.append((index, value.isNull ? change.element : value))
      }
      return outcome.isGood || goesOn
    }
    var result = gathered.withLock { $0 }
    result.stopped = stopped
    result.flow.sort { $0.index < $1.index }
    return result
  }
}

extension Stage {
  private static let options: [Declaration.Option] = [.inFlight, .onError]

  static let create = sink(
    Declaration(
      name: "create", summary: "Creates a resource of each element.",
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.include, .keepID, .keys, .meta, .timeout, .expire, .key] + options, effect: .changes, result: "summary"
    ),
    Mutation.create)

  static let update = sink(
    Declaration(
      name: "update", summary: "Updates the resource of each element with a record.",
      parameters: [.init(name: "CLIENT", shape: .client), .init(name: "RECORD", shape: .any)],
      options: [.include, .keys, .meta, .timeout, .expire] + options, effect: .changes, result: "summary"),
    Mutation.update)

  static let destroy = sink(
    Declaration(
      name: "destroy", summary: "Destroys the resource of each element.",
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.confirm, .max, .meta, .timeout, .expire] + options,
      effect: .destroys, result: "summary"), Mutation.destroy)

  private static func sink(
    _ declaration: Declaration, _ make: @escaping @Sendable (Arguments) throws(Fault) -> Mutation
  ) -> Stage {
    Stage(declaration) { call in
      let arguments = SinkArguments(call)
      return .sink { frame, stream, keepsFlow throws(Fault) in
        let once = try await arguments.once(&frame)
        let client = try once.client()
        let session = frame.run.session
        if declaration.effect == .destroys { try await confirm(once, client, frame, &stream) }
        let changes = Changes(
          session: session,
          window: Window(
            limit: try once.integer("in-flight", least: 1) ?? session.state.withLock(\.inFlight),
            executor: client.client.transport.taskExecutor),
          goesOn: try once.string("on-error") == "continue")
        var (elements, keys) = (OneByOne(stream), Set<String>())
        let result = await changes.run(keepsFlow: keepsFlow) { () async throws(Fault) in
          try frame.run.checkInterrupt()
          guard let element = try await elements.next() else { return nil }
          frame.element = element
          if declaration.effect == .destroys { try session.useConfirmed() }
          do throws(Fault) {
            try await arguments.refuseRepeated(&keys, &frame)
            return [(.success(try make(try await arguments.each(once, element, &frame))), element)]
          } catch {
            if error.isFinal { throw error.within("at \(element.label)") }
            return [(.failure(error), element)]
          }
        }
        if Task.isCancelled {
          session.note("\(declaration.name) \(client.name): \(result.tally.text)")
          throw Fault(.interrupted, "interrupted")
        }
        if let stopped = result.stopped { throw result.ended(stopped, "\(declaration.name) \(client.name)") }
        try finish(result.tally, "\(declaration.name) \(client.name)", session, goesOn: changes.goesOn)
        return (result.flow.map(\.value), result.tally.value)
      }
    }
  }

  private static func confirm(
    _ arguments: Arguments, _ client: ClientValue, _ frame: Frame, _ stream: inout ElementStream
  ) async throws(Fault) {
    let session = frame.run.session
    let max = try arguments.integer("max", least: 0)
    var count: Int?
    if max != nil || session.surroundings.ask != nil {
      let all = try await Collected.all(of: &stream, frame)
      stream = try all.elements()
      count = all.count
    }
    try await session.confirm(
      Bulk(verb: arguments.name, client: client, count: count, filter: nil, max: max), arguments)
  }

  /// Says how it ended; a failure ends the statement unless it was to go on.
  static func finish(_ tally: Tally, _ label: String, _ session: Session, goesOn: Bool) throws(Fault) {
    session.note(session.options.isOffline ? "\(label): shown, and not sent" : "\(label): \(tally.text)")
    guard let first = tally.first else { return }
    guard goesOn, tally.hasSent else { throw tally.hasSent ? first.ending(5) : first }
    session.state.withLock { $0.hasPartialFailure = true }
    for failure in tally.failures {
      session.show(failure.count > 1 ? failure.fault.within("and \(failure.count - 1) more like it") : failure.fault)
    }
    let untold = tally.failed + tally.unknown + tally.refused - tally.failures.reduce(0) { $0 + $1.count }
    if untold > 0 { session.note("and \(untold) more that failed in other ways") }
  }
}

/// The elements of a stream one by one.
private struct OneByOne {
  private var stream: ElementStream
  private var page: ArraySlice<Value> = []

  init(_ stream: ElementStream) { self.stream = stream }

  mutating func next() async throws(Fault) -> Value? {
    if page.isEmpty { page = try await stream.next()?[...] ?? [] }
    return page.popFirst()
  }
}

/// The arguments of a sink: those asked once, and those asked of each element.
struct SinkArguments: Sendable {
  private let template: Arguments
  private let client: (argument: Language.Argument, code: Code)?
  private let places: [(argument: Language.Argument, code: Code)]
  private let options: [(argument: Language.Argument, code: Code)]
  private let key: (code: Code, range: SourceRange)?

  init(_ call: StageCall) {
    template = Arguments(
      name: call.command.name, range: call.command.range, nameRange: call.command.nameRange,
      source: call.compiler.source)
    let positional = call.positional
    client = positional.first.map { first in (.positional(first), call.once(0)) }
    places = positional.dropFirst().map { (.positional($0), call.each($0)) }
    key = call.options.first { $0.name == "key" }.map { (call.each($0.value), $0.value.range) }
    options = call.options.filter { $0.name != "key" }.map { option in
      (
        .option(option.name, option.range, option.value),
        call.compiler.withElement(false) { call.compiler.code(option.value) }
      )
    }
  }

  func once(_ frame: inout Frame) async throws(Fault) -> Arguments {
    var arguments = template
    if let client { arguments.add(client.argument, try await client.code.run(&frame)) }
    for option in options { arguments.add(option.argument, try await option.code.run(&frame)) }
    return arguments
  }

  /// The arguments for an element, which stands where the verb's ID or RECORD does.
  func each(_ once: Arguments, _ element: Value, _ frame: inout Frame) async throws(Fault) -> Arguments {
    var arguments = once
    arguments.positional.append(.init(value: element, range: template.nameRange, expression: nil))
    for place in places { arguments.add(place.argument, try await place.code.run(&frame)) }
    return arguments
  }

  /// Refuses an element whose `key:` another had before: it would be made twice.
  func refuseRepeated(_ keys: inout Set<String>, _ frame: inout Frame) async throws(Fault) {
    guard let key else { return }
    let value = try await key.code.run(&frame)
    guard keys.insert(try Comparison.key(of: value)).inserted else {
      throw Fault(
        .value, "the key \(try value.json().text) stands twice", at: [Fault.Mark(key.range)], in: template.source,
        nextStep: "| unique .FIELD keeps the first of equal ones")
    }
  }
}
