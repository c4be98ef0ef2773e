import Synchronization
import JSONRPC
import Client
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
    Mutation.create)

  static let update = sink(
    Declaration(
      name: "update", summary: "Updates the resource of each element with a record.",
      parameters: [.init(name: "CLIENT", shape: .client), .init(name: "RECORD", shape: .any)],
      options: [.include, .keys, .meta, .timeout, .expire] + options, effect: .changes, result: "summary",
      givesSummary: true),
    Mutation.update)

  static let destroy = sink(
    Declaration(
      name: "destroy", summary: "Destroys the resource of each element.",
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.confirm, .max, .meta, .timeout, .expire] + options,
      effect: .destroys, result: "summary", givesSummary: true), Mutation.destroy)

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
        var (elements, keys, isStopped) = (OneByOne(stream), Set<String>(), false)
        let result = await changes.run(keepsFlow: keepsFlow) { () async throws(Fault) in
          try frame.run.checkInterrupt()
          guard !isStopped, let element = try await elements.next() else { return nil }
          frame.element = element
          do throws(Fault) {
            try await arguments.refuseRepeated(&keys, &frame)
            let mutation = try make(try await arguments.each(once, element, &frame))
            if declaration.effect == .destroys { try session.useConfirmed() }
            return [(.success(mutation), element)]
          } catch {
            if error.isFinal { throw error.within("at \(element.label)") }
            isStopped = !changes.goesOn
            return [(.failure(error), element)]
          }
        }
        let label = "\(declaration.name) \(client.name)"
        if Task.isCancelled {
          session.note("\(label): \(result.tally.text)")
          if changes.goesOn { session.showFailures(of: result.tally) }
          throw Fault(.interrupted, "interrupted")
        }
        if let stopped = result.stopped {
          if changes.goesOn { session.showFailures(of: result.tally) }
          throw result.ended(stopped, label)
        }
        try finish(result.tally, label, session, goesOn: changes.goesOn)
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
      let all = try await Collected.all(of: &stream)
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
    guard goesOn, tally.hasSent || tally.isHarmless else { throw tally.hasSent ? first.ending(5) : first }
    session.state.withLock { $0.hasPartialFailure = true }
    session.showFailures(of: tally)
  }
}

extension Session {
  /// Shows the failures of elements that a statement has gone on after.
  func showFailures(of tally: Tally) {
    for failure in tally.failures {
      show(failure.count > 1 ? failure.fault.within("and \(failure.count - 1) more like it") : failure.fault)
    }
    let untold = tally.failed + tally.unknown + tally.refused - tally.failures.reduce(0) { $0 + $1.count }
    if untold > 0 { note("and \(untold) more that failed in other ways") }
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
