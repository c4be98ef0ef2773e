import Language
import Values

extension Compiler {
  /// Compiles `if CONDITION do ... else ... end`.
  func choice(_ node: If, value use: SurroundingStreamUse) -> CompiledStatement {
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
  func attempt(_ node: Try, value use: SurroundingStreamUse) -> CompiledStatement {
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
        guard !error.isUncatchable else { throw error }
        // The script would rescue the error, but the user has ended the run.
        guard !Task.isCancelled else { throw error.kind == .unknown ? error : Fault(.interrupted, "interrupted") }
        frame.slots[slot] = .error(error)
        return try await rescue.run(&frame)
      }
    }
  }
}
