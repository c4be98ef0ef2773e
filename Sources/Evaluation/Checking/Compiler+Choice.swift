import Language
import Values

extension Compiler {
  /// Compiles `if CONDITION do ... else ... end`.
  func choice(_ node: If, value use: StreamHandling) -> CompiledStatement {
    let test = condition(code(node.condition), "if", node.condition.range)
    let then = block(node.then.statements, value: use)
    let otherwise: CompiledStatement =
      switch node.otherwise {
      case nil: CompiledStatement.sequence([])
      case .block(let body): block(body.statements, value: use)
      case .if(let node): choice(node, value: use)
      }
    if let test = test.immediate, let then = then.immediate, let otherwise = otherwise.immediate {
      return .sync { frame throws(Fault) in
        if case .bool(true) = try test(&frame) { return try then(&frame) }
        return try otherwise(&frame)
      }
    }
    return .async { frame throws(Fault) in
      if case .bool(true) = try await test.run(&frame) { return try await then.run(&frame) }
      return try await otherwise.run(&frame)
    }
  }

  /// Compiles `try do ... rescue NAME ... end`.
  func attempt(_ node: Try, value use: StreamHandling) -> CompiledStatement {
    refuseCommandAsErrorName(node)
    let use = use.inTry
    let body = within({ $0.isRescued = true }) { block(node.body.statements, value: use) }
    scope.enter()
    let slot = scope.define(node.name, node.nameRange)
    _ = scope.read(node.name)
    let rescue = block(node.rescue.statements, value: use)
    _ = scope.leave()
    return .async { frame throws(Fault) in
      do throws(Fault) {
        return try await body.run(&frame)
      } catch {
        guard !error.isUncatchable, !Task.isCancelled else { throw error }
        frame.slots[slot] = .error(error)
        return try await rescue.run(&frame)
      }
    }
  }

  /// Reports a command in the place of the error's name: `rescue print "failed"` would print nothing.
  private func refuseCommandAsErrorName(_ node: Try) {
    guard Command.named(node.name) != nil || definitions[node.name] != nil else { return }
    let first = node.rescue.statements.first
    let end = first?.range.lower ?? node.nameRange.upper
    let between = source.text(SourceRange(node.nameRange.upper, end))
    guard first == nil || !between.contains(where: { $0 == ";" || $0.isNewline }) else { return }
    let rest = first.map { between + source.text($0.range) } ?? ""
    report(
      "rescue needs a name for the error before \(node.name)", node.nameRange,
      nextStep: "rescue error \(node.name)\(rest)")
  }
}
