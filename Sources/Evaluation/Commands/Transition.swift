import Bulk
import Client
import JSONRPC
import JSONText
import JSONRPC
import Language
import Values

extension CommandDeclaration.Option {
  fileprivate static let via = Self(
    name: "via", shape: .record,
    summary: """
      the allowed steps, such as {published: "draft"}. This example allows the step from draft to published
      """,
    isRequired: true
  ).ruled(
    OptionValueRule { value, _ throws(OptionValueRefusal) in
      guard case .record(let record) = value else { return }
      for field in record.fields {
        if case .string = field.value { continue }
        throw OptionValueRefusal(
          "\(field.name) in the option via: must be the name of a state, as a string", at: [field.name],
          nextStep: "via: {published: \"draft\"}")
      }
    })

  /// The options that the command `transition` and the stage `transition` share.
  fileprivate static let transitionOptions: [Self] = [
    .init(name: "to", shape: .string, summary: "the state to reach, such as \"published\"", isRequired: true),
    .via,
    .init(
      name: "with", shape: .record,
      summary: """
        other clients for some of the updates: {published: reviewers}. In this example, the client reviewers sends the \
        update that sets the state published
        """),
    .meta, .timeout,
    .expire,
  ]
}

extension BuiltInCommand {
  static let transition = BuiltInCommand(
    CommandDeclaration(
      name: "transition",
      summary: "Moves a resource to a state, step by step. Each step is one update of the attribute `state`.",
      parameters: [.init(name: "CLIENT", shape: .client), .init(name: "ID", shape: .id)],
      options: CommandDeclaration.Option.transitionOptions + [.dryRun], effect: .changes, result: "resource"),
    .changes { arguments, run throws(Fault) in
      try await StateTransitionSteps(arguments).begun(run.session)
    })
}

extension BuiltInStage {
  /// The options of a `transition` stage, without `retry:`.
  ///
  /// A retry would repeat only one update, and not the whole path of states to the goal.
  private static let stepOptions = lookupOptions.filter { $0.name != "retry" }

  static let transition = sink(
    CommandDeclaration(
      name: "transition",
      summary: """
        Moves the resource of each element to a state, step by step. Each step is one update of the attribute `state`.
        """,
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: CommandDeclaration.Option.transitionOptions + [.max, .backup] + stepOptions, effect: .changes,
      result: "summary", names: .kept,
      givesSummary: true)
  ) { _ in
    .lookingUp { arguments, session async throws(Fault) in
      try await StateTransitionSteps(arguments).begun(session).lookedUp()
    }
  } plan: { plan, run throws(Fault) in
    let transition = try StateTransitionSteps(plan.arguments, id: "")
    // If a reply is missing, the resolver reads the resource. The resolver compares the state of the resource with the
    // goal of the whole path. The state after one step does not show whether all steps are done.
    if plan.guards.resolver != nil {
      plan.guards.resolver = UnknownChangeResolver(
        try plan.arguments.lookupReader(plan.client), keyField: nil, isSettled: false,
        goal: ["state": .string(transition.goal)])
    }
    for client in transition.clients.values {
      try run.session.refuseStreamed(client, "transition")
      try client.refuseReadOnly(plan.arguments)
    }
    let others = transition.clients.values.map { ($0.target, $0.client) }
    plan.carrier = ChangeSequenceCarrier(
      plan.client.client, others: Dictionary(others) { first, _ in first }, control: run.session.account.control,
      rate: plan.guards.rate
    ) { change, reply throws(ClientError) in
      try transition.following(change, reply)
    } step: { change in
      "on the path to \(transition.goal), at the step to \(StateTransitionSteps.asked(change))"
    }
  }
}

extension ClientValue {
  /// Throws an error if the client's connection is read-only.
  fileprivate func refuseReadOnly(_ arguments: Arguments) throws(Fault) {
    guard connection.protection == .readOnly else { return }
    throw Fault(.guarded(connection: connection.label), arguments)
  }
}

/// The changes of a `transition`, which lead a resource to a state (Retort.Client.StateMachine).
///
/// Each state has one predecessor, so there is only one path. Each step is an update of the attribute `state`. The
/// reply to a step contains the new state.
private struct StateTransitionSteps: DependentChangeSequence {
  private let arguments: Arguments
  private let client: ClientValue
  private var id: String
  let goal: String
  private let predecessors: [String: String]
  /// The clients of the option `with:`, by the state that each client sets.
  let clients: [String: ClientValue]
  /// The states that the resource must still reach, in order.
  private var path: ArraySlice<String> = []
  /// The state that the most recent update requested; nil before the first update.
  private var asked: String?
  /// The resource in the most recent reply.
  private(set) var value = Value.null
  var exclusiveKey: String { "transition \(client.connection.link.brokerIdentity) \(client.queue) \(id)" }
  /// The field that identifies a created resource: nil, because a transition creates no resource.
  var keyField: String? { nil }

  init(_ arguments: Arguments) throws(Fault) {
    self = try StateTransitionSteps(arguments, id: try arguments.id(1, of: try arguments.client()))
  }

  init(_ arguments: Arguments, id: String) throws(Fault) {
    self.arguments = arguments
    self.id = id
    client = try arguments.client()
    goal = try arguments.string("to") ?? ""
    var (predecessors, clients): ([String: String], [String: ClientValue]) = ([:], [:])
    _ = try arguments.valid(.via)
    for field in try arguments.record("via")?.fields ?? [] {
      if case .string(let state) = field.value { predecessors[field.name] = state }
    }
    for field in try arguments.record("with")?.fields ?? [] {
      func refuse(_ message: String, _ nextStep: String?) -> Fault {
        Self.refusal(arguments, "with", field.name, "\(field.name) in the option with: \(message)", nextStep)
      }
      guard case .client(let other) = field.value else {
        throw refuse("must be a client", "with: {published: reviewers}")
      }
      guard predecessors[field.name] != nil else {
        let near = nearest(to: field.name, among: Array(predecessors.keys))
        throw refuse("is not a state of the option via:", near.map { "did you mean \($0)?" })
      }
      guard other.client.type == client.client.type else {
        throw refuse(
          "is a client of the type \(other.client.type), but the resource has the type \(client.client.type)",
          "use a client of another queue for the same resources: client queue: \"...\" type: \"\(client.client.type)\""
        )
      }
      clients[field.name] = other
    }
    (self.predecessors, self.clients) = (predecessors, clients)
  }

  /// Returns the change to the first state of the path.
  ///
  /// If the resource is already in the goal state, the result also contains the resource. The stage then does not send
  /// the change.
  func lookedUp() throws(Fault) -> ChangeNeededAfterLookup {
    ChangeNeededAfterLookup(prepared: try step(to: path.first ?? goal), found: path.isEmpty ? value : nil)
  }

  /// Returns the state that the update of a step requests.
  static func asked(_ change: Change) -> String { change.params["data"]?["attributes"]?["state"]?.stringValue ?? "" }

  /// Returns the next change after the reply to a change; nil if the resource has reached the goal.
  ///
  /// The function takes the id of the resource from `change`, and not from this sequence.
  ///
  /// - Throws: An error if the resource is not in the requested state, or if the reply contains no resource and further
  ///   steps are necessary.
  func following(_ change: Change, _ reply: ChangeResult) throws(ClientError) -> Change? {
    var transition = self
    transition.id = change.id ?? ""
    let asked = Self.asked(change)
    guard case .document(let document) = reply, let resource = client.resources(document).first else {
      guard asked != goal else { return nil }
      throw ClientError(.value, Self.withoutState(asked))
    }
    do throws(Fault) {
      try transition.check(resource, asked)
      return asked == goal
        ? nil : try path(from: asked).first.map { state throws(Fault) in try transition.step(to: state).change }
    } catch { throw ClientError(.value, error.message) }
  }

  /// Reads the resource, and returns a copy of this sequence with the resource and the remaining path.
  func begun(_ session: Session) async throws(Fault) -> StateTransitionSteps {
    var begun = self
    let made = session.dryRun.resource(id).map(client.value(ofDry:))
    begun.value = if let made { made } else { try await shown() }
    // The service gives a new resource its first state, which a dry run does not know.
    let isFirstState = session.options.isOffline || made.map { state(in: $0) == nil } ?? false
    begun.path = (isFirstState ? try wholePath() : try path(from: try state(of: begun.value)))[...]
    return begun
  }

  var isAtEnd: Bool { path.isEmpty }

  mutating func next(after before: Value?) async throws(Fault) -> PreparedChange? {
    if let before, let asked {
      value = before
      try check(before, asked)
    }
    asked = path.popFirst()
    return try asked.map { state throws(Fault) in try step(to: state) }
  }

  private static func withoutState(_ asked: String) -> String {
    "the service accepted the step to \(asked), but its reply has no state: check the resource before you continue"
  }

  /// Throws an error if the resource in a reply does not have the requested state.
  private func check(_ resource: Value, _ asked: String) throws(Fault) {
    guard let reached = state(in: resource) else {
      throw fault(Self.withoutState(asked))
    }
    guard reached == asked else {
      throw fault("the service returned state \(reached) instead of \(asked); the resource stays in \(reached)")
    }
  }

  func trail(of prepared: PreparedChange) -> String? { "on the path to \(goal), at the step to \(asked ?? goal)" }

  /// Returns an error about a field in the record of an option, such as `with:`.
  ///
  /// The error marks the source range of the field.
  private static func refusal(
    _ arguments: Arguments, _ option: String, _ name: String, _ message: String, _ nextStep: String?
  ) -> Fault {
    let range = arguments[option]?.target(at: [name])?.range ?? arguments.range
    return Fault(.value, message, at: [MarkedSourceRange(range)], in: arguments.source, nextStep: nextStep)
  }

  /// Returns the whole path to the goal, for a resource whose state is unknown.
  ///
  /// The path starts at the state that has no predecessor.
  private func wholePath() throws(Fault) -> [String] {
    var (start, seen) = (goal, Set<String>())
    while let before = predecessors[start], seen.insert(start).inserted { start = before }
    return try path(from: seen.contains(start) ? "" : start)
  }

  /// Returns the states from the successor of `start` to the goal; empty if `start` is the goal.
  ///
  /// - Throws: An error if `via:` contains a cycle, or contains no path from `start` to the goal.
  private func path(from start: String) throws(Fault) -> [String] {
    var path: [String] = []
    var state = goal
    while state != start {
      if path.contains(state) {
        let circle = (path.reversed() + [path.last ?? state]).joined(separator: " -> ")
        throw fault("the option via: contains a cycle: \(circle)", at: arguments["via"])
      }
      path.append(state)
      guard let before = predecessors[state] else {
        throw fault(
          "no path leads from \(start) to \(goal), because via: has no state before \(state)", at: arguments["via"],
          nextStep: "via: {..., \(state): \"STATE BEFORE \(state)\"}")
      }
      state = before
    }
    return path.reversed()
  }

  private func shown() async throws(Fault) -> Value {
    let (waitLimit, query) = (try arguments.waitLimit(client), try arguments.query())
    let document = try await client.reading(arguments) { () throws(ClientError) in
      try await client.client.show(id, query, waitLimit: waitLimit)
    }
    guard let resource = client.resources(document).first else { throw fault("the reply has no resource") }
    return resource
  }

  private func step(to state: String) throws(Fault) -> PreparedChange {
    let (client, options) = (clients[state] ?? client, try arguments.documentOptions())
    return try PreparedChange(.update, arguments, client, record: nil) { () throws(ClientError) in
      try client.client.updateRequest(id, ["state": .string(state)], options: options)
    }
  }

  private func state(of resource: Value) throws(Fault) -> String {
    guard let state = state(in: resource) else {
      throw fault("the state of the resource is missing, or is not a string")
    }
    return state
  }

  private func state(in resource: Value) -> String? {
    guard case .resource(let resource) = resource, case .string(let state)? = try? resource.field("state") else {
      return nil
    }
    return state
  }

  private func fault(_ message: String, at argument: Arguments.Argument? = nil, nextStep: String? = nil) -> Fault {
    Fault(
      .value, "\(client.name) transition: \(message)", at: [MarkedSourceRange(argument?.range ?? arguments.range)],
      in: arguments.source, nextStep: nextStep)
  }
}
