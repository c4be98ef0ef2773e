import JSONText
import Language
import Values

extension Compiler {
  /// Compiles `for NAME [, NAME] in PIPELINE do ... end`.
  func loop(_ node: For) -> CompiledStatement {
    let compiled = pipeline(node.pipeline)
    if node.pipeline.stages.isEmpty {
      warnOfClient(node.pipeline.head, compiled.fact, []) { "for \(node.element.name) in stream \($0) do" }
    }
    scope.enter()
    let slot = defineLoopName(node.element)
    let number = node.number.map(defineLoopName)
    if let number = node.number, number.name == node.element.name {
      report(
        "\(number.name) occurs twice", number.range,
        nextStep: "give the element's number another name, such as \(number.name == "n" ? "i" : "n")")
    }
    let step = repeated {
      within({ context in
        context.enterLoop()
        if case .stream(let clients) = compiled.fact { context.openStreams += clients }
      }) { block(node.body.statements) }
    }
    _ = scope.leave()
    if number == nil, let head = compiled.code.immediate, let body = step.immediate {
      return Self.loop(head, slot, body)
    }
    return loop(compiled, (slot, number), step, node)
  }

  /// Returns a loop over the elements of a pipeline.
  ///
  /// `slots.element` is the slot for the element. `slots.number` is the slot for the element's position, or nil if the
  /// loop does not name the position.
  private func loop(
    _ pipeline: CompiledPipeline, _ slots: (element: Int, number: Int?), _ step: CompiledStatement, _ node: For
  ) -> CompiledStatement {
    let (source, range, recordNote) = (source, node.pipeline.range, node.recordNote)
    return .async { frame throws(Fault) in
      var elements: ElementStream
      do throws(Fault) {
        let value = try await (pipeline.stored ?? pipeline.code).run(&frame)
        if let recordNote, case .record = value { frame.run.session.note(recordNote) }
        elements = try await PipelineRun.spread(value, frame.run.session.progress)
      } catch { throw error.placed(at: range, in: source) }
      var count = 0
      while let page = try await elements.next() {
        for element in page {
          try frame.run.checkInterrupt()
          count += 1
          frame.slots[slots.element] = element
          if let number = slots.number { frame.slots[number] = .number(JSONNumber(count)) }
          let flow = try await step.run(&frame)
          if flow == .break { return .next }
          if flow == .return { return flow }
        }
      }
      return .next
    }
  }

  /// Defines a variable of a `for` loop, and returns the variable's slot.
  ///
  /// The function also marks the variable as read, so that the check does not report the variable as unused.
  private func defineLoopName(_ named: DeclaredName) -> Int {
    let slot = scope.define(named.name, named.range)
    _ = scope.read(named.name)
    return slot
  }

  /// Returns a loop whose pipeline and body are both synchronous functions.
  private static func loop(
    _ head: @escaping CompiledExpression.SyncEvaluation, _ slot: Int,
    _ body: @escaping @Sendable (inout ExecutionFrame) throws(Fault) -> ControlFlow
  ) -> CompiledStatement {
    .async { frame throws(Fault) in
      let value = try head(&frame)
      if case .range(let lower, let upper) = value {
        return try over(lower, upper, slot, body, &frame)
      }
      var elements = try await PipelineRun.spread(value, frame.run.session.progress)
      while let page = try await elements.next() {
        for element in page {
          frame.slots[slot] = element
          let flow = try body(&frame)
          if flow == .break { return .next }
          if flow == .return { return flow }
        }
      }
      return .next
    }
  }

  private static func over(
    _ lower: Int, _ upper: Int, _ slot: Int, _ body: @Sendable (inout ExecutionFrame) throws(Fault) -> ControlFlow,
    _ frame: inout ExecutionFrame
  ) throws(Fault) -> ControlFlow {
    var next = lower
    while next <= upper {
      if next & 1023 == 0 { try frame.run.checkInterrupt() }
      frame.slots[slot] = .number(JSONNumber(next))
      let flow = try body(&frame)
      if flow == .break { return .next }
      if flow == .return { return flow }
      next += 1
    }
    return .next
  }
}

extension For {
  /// The note about a loop with two names over a record, such as `for k, v in {a: 1}`; nil for a loop with one name.
  ///
  /// In other languages, such a loop runs once for each field of the record, and its names are the key and the value.
  fileprivate var recordNote: String? {
    number.map { number in
      "for \(element.name), \(number.name): a record is one element, so the loop runs once, and \(number.name) is 1; "
        + "for the fields of a record r, write: for \(element.name) in keys(r) do let \(number.name) = r[\(element.name)] ... end"
    }
  }
}
