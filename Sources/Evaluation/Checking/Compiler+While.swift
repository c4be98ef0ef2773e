import Language
import Values

extension Compiler {
  /// Compiles `while CONDITION do ... end`.
  func loop(while condition: Expr, _ body: [Statement]) -> CompiledStatement {
    let test = self.condition(code(condition), "while", condition.range)
    let (step, effects) = gathering { repeated { within({ $0.enterLoop() }) { block(body) } } }
    let acts = effects.acts
    if let test = test.immediate, let body = step.immediate {
      return .sync { frame throws(Fault) in
        while case .bool(true) = try test(&frame) {
          try frame.run.checkInterrupt()
          let flow = try body(&frame)
          if flow == .break { return .next }
          if flow == .return { return flow }
        }
        return .next
      }
    }
    return .async { frame throws(Fault) in
      while case .bool(true) = try await test.run(&frame) {
        try frame.run.checkInterrupt()
        let flow = try await step.run(&frame)
        if flow == .break { return .next }
        if flow == .return { return flow }
        // A dry run changes nothing, so the condition could remain true forever. Therefore the block runs only once.
        if acts, frame.run.session.options.isDryRun { return .next }
      }
      return .next
    }
  }
}
