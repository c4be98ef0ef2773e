import Language
import Values

extension Compiler {
  /// `watch DURATION do ... end`: a loop that pauses after each round, and clears a terminal's screen before it.
  func watch(_ pause: Expr, _ body: [Statement]) -> CompiledStatement {
    let pauseCode = code(pause)
    let step = within({ $0.enterLoop() }) { block(body) }
    let (range, source) = (pause.range, source)
    return .async { frame throws(Fault) in
      let pause: Duration
      do throws(Fault) { pause = try await pauseCode.run(&frame).pause() } catch {
        throw error.placed(at: range, in: source)
      }
      while true {
        try frame.run.checkInterrupt()
        try frame.run.output.clearScreen()
        let flow = try await step.run(&frame)
        if flow == .break { return .next }
        if flow == .return { return flow }
        frame.run.output.flush()
        do { try await Task.sleep(for: pause) } catch { throw Fault(.interrupted, "interrupted") }
      }
    }
  }
}

extension Value {
  /// The time between two rounds of `watch`.
  fileprivate func pause() throws(Fault) -> Duration {
    guard case .duration(let duration) = self, duration > .zero else {
      throw Fault(.type, "watch needs a duration over 0, not \(label)", nextStep: "watch 2s do ... end")
    }
    return duration
  }
}

extension Output {
  /// Clears a terminal's screen and puts the cursor in its corner (ECMA-48: CUP and ED); a pipe and a file stay as they are.
  fileprivate func clearScreen() throws(Fault) {
    if isTerminal { try put(Array("\u{1B}[H\u{1B}[2J".utf8)) }
  }
}
