import Language
import Values

extension Compiler {
  /// Compiles a block with a scope of its own.
  func block(_ statements: [Statement], isEach: Bool = false, wantsValue: Bool = false) -> Step {
    scope.enter(isEach: isEach)
    let steps = self.steps(statements, wantsValue: wantsValue)
    for (name, range) in scope.leave() where name != "_" {
      report(
        "\(name) is made in this block and never read", range,
        nextStep: nearest(to: name, among: scope.names).map { "did you mean \($0)?" }
          ?? "a name made in a block ends with it; make it before the block: let \(name) = null")
    }
    return steps
  }

  /// Compiles statements in the scope that is there.
  func steps(_ statements: [Statement], wantsValue: Bool = false) -> Step {
    var steps: [Step] = []
    for (index, statement) in statements.enumerated() {
      let isLast = index == statements.count - 1
      steps.append(step(statement, wantsValue: wantsValue && isLast))
      if statement.endsBlock, !isLast {
        report("nothing after this runs", statements[index + 1].range, nextStep: "remove it, or put it before")
      }
    }
    return Step.sequence(steps)
  }

  /// Compiles a statement inside a block.
  func step(_ statement: Statement, wantsValue: Bool) -> Step {
    switch statement.kind {
    case .let(let name, let nameRange, let valued): return assignment(name, nameRange, valued)
    case .for(let name, let nameRange, let pipeline, let body): return loop(name, nameRange, pipeline, body.statements)
    case .while(let condition, let body): return loop(while: condition, body.statements)
    case .if(let node): return choice(node, wantsValue: wantsValue)
    case .try(let node): return attempt(node, wantsValue: wantsValue)
    case .return(let valued): return leave(valued, statement.range)
    case .break: return jump(.break, "break", statement.range)
    case .continue: return jump(.continue, "continue", statement.range)
    case .pipeline(let pipeline): return result(of: pipeline, wantsValue: wantsValue)
    case .def, .source, .set, .help:
      report("this stands at the top level only, not in a block", statement.range)
      return Step.sequence([])
    }
  }

  private func assignment(_ name: String, _ nameRange: SourceRange, _ valued: Valued) -> Step {
    let value: Code
    var fact = Scope.Fact.unknown
    if case .pipeline(let pipeline) = valued {
      let compiled = self.pipeline(pipeline)
      (value, fact) = (compiled.code, compiled.fact)
    } else {
      value = self.valued(valued)
    }
    if context.isInDef, scope.variable(name) == nil, outer?.variable(name) != nil {
      warn("\(name) here is the def's own; the one outside stays as it is", nameRange)
    }
    if scope.crossesEach(name) {
      report(
        "\(name) is outside this each: its iterations can't assign it", nameRange,
        nextStep: "give the block a value and collect them: let results = ... | each do ... end; or use for")
    }
    if !context.isInDef, scope.blocks.count == 1, scope.variable(name) == nil {
      findings.names.append((name, nameRange))
    }
    let slot = scope.assign(name, nameRange, fact)
    if let value = value.immediate {
      return .sync { frame throws(Fault) in
        frame.slots[slot] = try value(&frame)
        return .next
      }
    }
    return .async { frame throws(Fault) in
      frame.slots[slot] = try await value.run(&frame)
      return .next
    }
  }

  private func result(of pipeline: Pipeline, wantsValue: Bool) -> Step {
    let code = self.pipeline(pipeline).code
    if let code = code.immediate {
      return .sync { frame throws(Fault) in
        let value = try code(&frame)
        if wantsValue { frame.result = value }
        return .next
      }
    }
    return .async { frame throws(Fault) in
      let value = try await code.run(&frame)
      if wantsValue { frame.result = value } else { try await value.drain() }
      return .next
    }
  }

  private func jump(_ flow: Flow, _ word: String, _ range: SourceRange) -> Step {
    if context.loopDepth == 0 {
      let inEach = context.eachDepth > 0
      report(
        inEach ? "\(word) does not leave an each" : "\(word) stands outside a loop", range,
        nextStep: inEach ? "use for instead of each" : nil)
    }
    return .sync { _ throws(Fault) in flow }
  }

  private func leave(_ valued: Valued?, _ range: SourceRange) -> Step {
    if !context.isInDef || context.eachDepth > 0 {
      report(
        "return stands in a def only", range,
        nextStep: context.eachDepth > 0 ? "an each can't be left from inside" : nil)
    }
    guard let valued else {
      return .sync { frame throws(Fault) in
        frame.result = .null
        return .return
      }
    }
    let value = self.valued(valued)
    return .async { frame throws(Fault) in
      frame.result = try await value.run(&frame)
      return .return
    }
  }

  /// Compiles what gives a value: a pipeline, or an `if` or `try` by its blocks' last ones.
  func valued(_ valued: Valued) -> Code {
    let step: Step
    switch valued {
    case .pipeline(let pipeline): return self.pipeline(pipeline).code
    case .if(let node): step = choice(node, wantsValue: true)
    case .try(let node): step = attempt(node, wantsValue: true)
    }
    if let step = step.immediate {
      return .sync { frame throws(Fault) in
        frame.result = .null
        _ = try step(&frame)
        return frame.result
      }
    }
    return .async { frame throws(Fault) in
      frame.result = .null
      _ = try await step.run(&frame)
      return frame.result
    }
  }
}

extension Statement {
  /// Whether nothing after it in its block can run.
  var endsBlock: Bool {
    switch kind {
    case .return, .break, .continue: true
    case .pipeline(let pipeline):
      if case .command(let command) = pipeline.head { ["fail", "exit"].contains(command.name) } else { false }
    default: false
    }
  }
}

extension Value {
  /// Reads a stream that nobody keeps to its end, for what goes wrong in it.
  func drain() async throws(Fault) {
    guard case .stream(let stream) = self else { return }
    var elements = try await stream.open()
    while try await elements.next() != nil {}
  }
}
