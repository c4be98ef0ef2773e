import Bulk
import Language
import Values
import Formats

extension Stage {
  private static let options: [Declaration.Option] = [.inFlight, .onError]

  static let create = sink(
    Declaration(
      name: "create", summary: "Creates a resource of each element.",
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.include, .keepID, .keys, .meta, .timeout, .expire, .key] + options, effect: .changes,
      result: "summary", givesSummary: true
    ),
    Proposal.create)

  static let update = sink(
    Declaration(
      name: "update", summary: "Updates the resource of each element with a record.",
      parameters: [.init(name: "CLIENT", shape: .client), .init(name: "RECORD", shape: .any)],
      options: [.include, .keys, .meta, .timeout, .expire] + options, effect: .changes, result: "summary",
      givesSummary: true),
    Proposal.update)

  static let destroy = sink(
    Declaration(
      name: "destroy", summary: "Destroys the resource of each element.",
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.confirm, .max, .meta, .timeout, .expire] + options,
      effect: .destroys, result: "summary", givesSummary: true), Proposal.destroy)

  private static func sink(
    _ declaration: Declaration, _ propose: @escaping @Sendable (Arguments) throws(Fault) -> Proposal
  ) -> Stage {
    Stage(declaration) { call in
      let arguments = SinkArguments(call)
      return .sink { frame, stream, keepsFlow throws(Fault) in
        let once = try await arguments.once(&frame)
        let client = try once.client()
        let policy = try once.policy(frame.run, client, label: "\(declaration.name) \(client.name)")
        let consent =
          declaration.effect == .destroys ? try await Self.consent(once, client, frame.run, &stream) : nil
        let source = ElementSource(stream, frame, arguments, once, policy, propose)
        let plan = BulkPlan(arguments: once, client: client, policy: policy, consent: consent, source: source)
        let (flow, tally) = try await BulkRun(plan, frame.run).carriedOut(keepsFlow: keepsFlow)
        return (flow, tally.value)
      }
    }
  }

  private static func consent(
    _ arguments: Arguments, _ client: ClientValue, _ run: Run, _ stream: inout ElementStream
  ) async throws(Fault) -> Consent {
    let max = try arguments.integer("max", least: 0)
    var request = ConfirmationRequest(verb: arguments.name, client: client, max: max)
    if max != nil || run.session.surroundings.ask != nil {
      let all = try await Collected.all(of: &stream)
      stream = try all.elements()
      request.count = all.count
    }
    return try await run.consent(to: request, arguments)
  }
}

/// The changes of a sink: one of each element that flows in.
private final class ElementSource: BulkSource {
  private var stream: ElementStream
  private var frame: Frame
  private let arguments: SinkArguments
  private let once: Arguments
  private let policy: Policy
  private let propose: (Arguments) throws(Fault) -> Proposal
  private var page: ArraySlice<Value> = []
  private var keys = Set<String>()
  private var isStopped = false
  private var isBegun = false

  init(
    _ stream: ElementStream, _ frame: Frame, _ arguments: SinkArguments, _ once: Arguments, _ policy: Policy,
    _ propose: @escaping (Arguments) throws(Fault) -> Proposal
  ) {
    (self.stream, self.frame, self.arguments, self.once) = (stream, frame, arguments, once)
    (self.policy, self.propose) = (policy, propose)
  }

  func begin() -> Bool {
    defer { isBegun = true }
    return !isBegun
  }

  func next() async throws(Fault) -> [BulkElement]? {
    try frame.run.checkInterrupt()
    guard !isStopped else { return nil }
    if page.isEmpty { page = try await stream.next()?[...] ?? [] }
    guard let element = page.popFirst() else { return nil }
    frame.element = element
    do throws(Fault) {
      try await arguments.refuseRepeated(&keys, &frame)
      return [BulkElement(element, .success(try propose(try await arguments.each(once, element, &frame))))]
    } catch {
      if error.isFinal { throw error.within("at \(element.label)") }
      isStopped = !policy.continuesOnError
      return [BulkElement(element, .failure(error))]
    }
  }

  func keep(_ elements: [Value]) {}

  let endNote: String? = nil
}
