import Language
import Values

extension Compiler {
  /// Compiles a block in a new scope for variables.
  func block(_ statements: [Statement], isEach: Bool = false, value use: SurroundingStreamUse = .dropped)
    -> CompiledStatement
  {
    scope.enter(isEach: isEach)
    let steps = self.steps(statements, value: use)
    for (name, range) in scope.leave() where name != "_" {
      report(
        "the variable \(name) is assigned in this block and never read", range,
        nextStep: nearest(to: name, among: scope.names).map { "did you mean \($0)?" }
          ?? "the name exists only in its block; to use the value later, define the name before the block: let \(name) = null"
      )
    }
    return steps
  }

  /// Compiles statements in the current scope.
  func steps(_ statements: [Statement], value use: SurroundingStreamUse = .dropped) -> CompiledStatement {
    var steps: [CompiledStatement] = []
    for (index, statement) in statements.enumerated() {
      if endsCheck(before: statement.range) { break }
      let isLast = index == statements.count - 1
      steps.append(step(statement, value: isLast ? use : .dropped))
      if statement.endsBlock, !isLast {
        report(
          "this statement never runs", statements[index + 1].range, nextStep: "remove the statement, or move it up")
      }
    }
    return CompiledStatement.sequence(steps)
  }

  /// Compiles one statement of a block.
  func step(_ statement: Statement, value use: SurroundingStreamUse) -> CompiledStatement {
    switch statement.kind {
    case .let(let name, let nameRange, let valued): return assignment(name, nameRange, valued)
    case .for(let node): return loop(node)
    case .while(let condition, let body): return loop(while: condition, body.statements)
    case .watch(let pause, let body): return watch(pause, body.statements)
    case .if(let node): return choice(node, value: use)
    case .try(let node): return attempt(node, value: use)
    case .return(let valued): return leave(valued, statement.range)
    case .break: return jump(.break, "break", statement.range)
    case .continue: return jump(.continue, "continue", statement.range)
    case .pipeline(let pipeline): return result(of: pipeline, use)
    case .def, .source, .set, .help:
      report("this statement is allowed at the top level only, not in a block", statement.range)
      return CompiledStatement.sequence([])
    }
  }

  private func assignment(_ name: String, _ nameRange: SourceRange, _ valued: ValuedConstruct) -> CompiledStatement {
    let (value, fact) = self.valued(valued, .lazy)
    if context.isInDef, scope.variable(name) == nil, outer?.variable(name) != nil {
      warn("\(name) is a local variable of the def; the variable outside the def does not change", nameRange)
    }
    if scope.crossesEach(name) {
      report(
        "the block of the stage `each` can't assign \(name), because \(name) is defined outside the block", nameRange,
        nextStep: "end the block with a value, and collect the values: let results = ... | each do ... end; "
          + "or use the statement `for`")
    }
    if !context.isInDef, scope.blocks.count == 1, scope.variable(name) == nil {
      findings.names.append((name, nameRange))
    }
    if name == "args", outer == nil, scope.blocks.count == 1 { findings.replacesArguments = true }
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

  private func result(of pipeline: Pipeline, _ use: SurroundingStreamUse) -> CompiledStatement {
    let compiled = self.pipeline(pipeline, use)
    let own = use == .dropped ? compiled.stored ?? compiled.code : compiled.code
    // A variable can hold a stream, but the value of an iteration and of a `try` is a list.
    let code = use == .operand && pipeline.readsStoredValue ? own.collected : own
    // The elements of a pipeline with stages are processed while the statement reads the stream to its end.
    let mustDrain = use == .dropped && !pipeline.stages.isEmpty
    if !mustDrain, let code = code.immediate {
      return .sync { frame throws(Fault) in
        let value = try code(&frame)
        if use != .dropped { frame.result = value }
        return .next
      }
    }
    return .async { frame throws(Fault) in
      let value = try await code.run(&frame)
      if use == .dropped { try await value.drain() } else { frame.result = value }
      return .next
    }
  }

  private func jump(_ flow: ControlFlow, _ word: String, _ range: SourceRange) -> CompiledStatement {
    if context.loopDepth == 0 {
      let inEach = context.eachDepth > 0
      report(
        inEach ? "`\(word)` can't leave the block of the stage `each`" : "`\(word)` is allowed in a loop only", range,
        nextStep: inEach
          ? "use the statement `for` instead of the stage `each`"
          : "put \(word) in for ... do, while ... do or watch ... do; to end the run, use exit")
    }
    return .sync { _ throws(Fault) in flow }
  }

  private func leave(_ valued: ValuedConstruct?, _ range: SourceRange) -> CompiledStatement {
    if !context.isInDef || context.eachDepth > 0 {
      report(
        "`return` is allowed in a def only", range,
        nextStep: context.eachDepth > 0
          ? "write the value as the last line of the block, without return"
          : context.isInDef ? nil : "to end the run, use exit; to show a value, use print")
    }
    guard let valued else {
      return .sync { frame throws(Fault) in
        frame.result = .null
        return .return
      }
    }
    let value = self.valued(valued, .lazy).code
    return .async { frame throws(Fault) in
      frame.result = try await value.run(&frame)
      return .return
    }
  }

  /// Compiles a statement whose value the script uses: a pipeline, an `if` or a `try`.
  ///
  /// An `if` or a `try` has the value of the last statement in the block that runs.
  func valued(_ valued: ValuedConstruct, _ use: SurroundingStreamUse) -> (
    code: CompiledExpression, fact: CompileTimeScope.VariableFact
  ) {
    let step: CompiledStatement
    switch valued {
    case .pipeline(let pipeline):
      let compiled = self.pipeline(pipeline, use)
      return (compiled.code, compiled.fact)
    case .if(let node): step = choice(node, value: use)
    case .try(let node): step = attempt(node, value: use)
    }
    return (step.value, .unknown)
  }
}

extension CompiledStatement {
  /// An expression that runs the statement and returns its value.
  fileprivate var value: CompiledExpression {
    if let step = immediate {
      return .sync { frame throws(Fault) in
        frame.result = .null
        _ = try step(&frame)
        return frame.result
      }
    }
    return .async { frame throws(Fault) in
      frame.result = .null
      _ = try await run(&frame)
      return frame.result
    }
  }
}

extension Statement {
  /// Whether the statement leaves its block, so that no later statement of the block can run.
  ///
  /// The value is true for `return`, `break`, `continue`, `fail` and `exit`.
  var endsBlock: Bool {
    switch kind {
    case .return, .break, .continue: true
    case .pipeline(let pipeline):
      if case .command(let command) = pipeline.head { ["fail", "exit"].contains(command.name) } else { false }
    default: false
    }
  }
}

extension Pipeline {
  /// Whether the pipeline only reads a value, such as a variable or an element of a list, which can be a stream.
  fileprivate var readsStoredValue: Bool {
    guard stages.isEmpty else { return false }
    switch head {
    case .name: return true
    case .command: return false
    case .expression(let expression):
      switch expression.kind {
      case .name, .it, .index, .field, .elementField, .binary(.otherwise, _, _, _): return true
      default: return false
      }
    }
  }
}

extension Value {
  /// Reads a stream to its end, so that the errors of the stream appear.
  ///
  /// Does nothing for a stored stream and for other values.
  func drain() async throws(Fault) {
    guard case .stream(let stream) = self, !stream.isStored else { return }
    var elements = try await stream.open()
    while try await elements.next() != nil {}
  }
}
