import Bulk
import Client
import JSONText
import Language
import Values

extension Command {
  static let transition = Command(
    Declaration(
      name: "transition", summary: "Moves a resource to a state, through the states that lead there.",
      parameters: [.init(name: "CLIENT", shape: .client), .init(name: "ID", shape: .id)],
      options: [
        .init(name: "to", shape: .string, summary: "the state to reach", isRequired: true),
        .init(
          name: "via", shape: .record, summary: "from which state each is reached: {published: \"draft\"}",
          isRequired: true),
        .init(name: "with", shape: .record, summary: "the client for a step: {published: reviewers}"), .meta, .timeout,
        .expire, .dryRun,
      ], effect: .changes, result: "resource"),
    .changes { arguments, run throws(Fault) in
      try await StateMachine(arguments).begun(run.session)
    })
}

/// The way of a resource to a state (Retort.Client.StateMachine): each state has one predecessor, so that the path is
/// the only one, and each step is an update of `state` whose reply says where the resource is now.
private struct StateMachine: ChangeSequence {
  private let arguments: Arguments
  private let client: ClientValue
  private let id: String
  private let goal: String
  private let predecessors: [String: String]
  private let clients: [String: ClientValue]
  /// The states that are left to go through.
  private var path: ArraySlice<String> = []
  /// The state that was asked for last.
  private var asked: String?
  /// The resource as it was read or answered last.
  private(set) var value = Value.null

  init(_ arguments: Arguments) throws(Fault) {
    self.arguments = arguments
    client = try arguments.client()
    id = try arguments.id(1, of: client)
    goal = try arguments.string("to") ?? ""
    var (predecessors, clients): ([String: String], [String: ClientValue]) = ([:], [:])
    for field in try arguments.record("via")?.fields ?? [] {
      guard case .string(let state) = field.value else {
        throw Self.refusal(
          arguments, "via", field.name, "via: \(field.name) names a state as a string", "via: {published: \"draft\"}")
      }
      predecessors[field.name] = state
    }
    for field in try arguments.record("with")?.fields ?? [] {
      func refuse(_ message: String, _ nextStep: String?) -> Fault {
        Self.refusal(arguments, "with", field.name, "with: \(field.name) \(message)", nextStep)
      }
      guard case .client(let other) = field.value else {
        throw refuse("names a client", "with: {published: reviewers}")
      }
      guard predecessors[field.name] != nil else {
        let near = nearest(to: field.name, among: Array(predecessors.keys))
        throw refuse("is no step of via:", near.map { "did you mean \($0)?" })
      }
      guard other.client.settings.type == client.client.settings.type else {
        throw refuse(
          "is a client of \(other.client.settings.type), and the resource is one of \(client.client.settings.type)",
          "another queue for the same resources: client queue: \"...\" type: \"\(client.client.settings.type)\"")
      }
      clients[field.name] = other
    }
    (self.predecessors, self.clients) = (predecessors, clients)
  }

  /// The same machine with the resource read and the path found.
  func begun(_ session: Session) async throws(Fault) -> StateMachine {
    var begun = self
    begun.value = try await shown()
    begun.path = (session.options.isOffline ? try wholePath() : try path(from: try state(of: begun.value)))[...]
    return begun
  }

  mutating func next(after before: Value?) async throws(Fault) -> Proposal? {
    if let before, let asked {
      value = before
      guard let reached = state(in: before) else {
        throw fault(
          "the service took the step to \(asked), and its answer has no state: look at the resource before going on")
      }
      guard reached == asked else {
        throw fault("asked for \(asked), and the service answered with state \(reached): it stays there")
      }
    }
    asked = path.popFirst()
    return try asked.map { state throws(Fault) in try step(to: state) }
  }

  func trail(of proposal: Proposal) -> String? { "on the way to \(goal), at the step to \(asked ?? goal)" }

  /// A refusal with its place in an option.
  private static func refusal(
    _ arguments: Arguments, _ option: String, _ name: String, _ message: String, _ nextStep: String?
  ) -> Fault {
    let range = arguments[option]?.words(at: [name])?.range ?? arguments.range
    return Fault(.value, message, at: [Fault.Mark(range)], in: arguments.source, nextStep: nextStep)
  }

  /// All states that lead to the goal, for where the resource's own is not known.
  private func wholePath() throws(Fault) -> [String] {
    var (start, seen) = (goal, Set<String>())
    while let before = predecessors[start], seen.insert(start).inserted { start = before }
    return try path(from: seen.contains(start) ? "" : start)
  }

  /// The states to go through, the goal last; none where it is there already.
  private func path(from start: String) throws(Fault) -> [String] {
    var path: [String] = []
    var state = goal
    while state != start {
      if path.contains(state) {
        let circle = (path.reversed() + [path.last ?? state]).joined(separator: " -> ")
        throw fault("via: goes in a circle: \(circle)", at: arguments["via"])
      }
      path.append(state)
      guard let before = predecessors[state] else {
        throw fault(
          "no way leads from \(start) to \(goal): via: does not say what comes before \(state)", at: arguments["via"],
          nextStep: "via: {..., \(state): \"STATE BEFORE IT\"}")
      }
      state = before
    }
    return path.reversed()
  }

  private func shown() async throws(Fault) -> Value {
    let (patience, query) = (try arguments.patience(client), try arguments.query())
    let document = try await client.reading(arguments) { () throws(ClientError) in
      try await client.client.show(id, query, patience: patience)
    }
    guard let resource = client.resources(document).first else { throw fault("the reply has no resource") }
    return resource
  }

  private func step(to state: String) throws(Fault) -> Proposal {
    let (client, options) = (clients[state] ?? client, try arguments.documentOptions())
    return try Proposal(.update, arguments, client, record: nil) { () throws(ClientError) in
      try client.client.updateRequest(id, ["state": .string(state)], options: options)
    }
  }

  private func state(of resource: Value) throws(Fault) -> String {
    guard let state = state(in: resource) else { throw fault("the resource has no state that is a string") }
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
      .value, "\(client.name) transition: \(message)", at: [Fault.Mark(argument?.range ?? arguments.range)],
      in: arguments.source, nextStep: nextStep)
  }
}
