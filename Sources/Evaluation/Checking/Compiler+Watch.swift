import Language
import Values

extension Compiler {
  /// Compiles `watch DURATION do ... end`: a loop that pauses after each round, and redraws the round's output at a
  /// terminal.
  func watch(_ pause: Expr, _ body: [Statement]) -> CompiledStatement {
    let pauseCode = code(pause)
    if !context.isRescued, let literal = pause.literalValue {
      do throws(Fault) { _ = try literal.pause() } catch {
        report(error.message, pause.range, nextStep: error.nextStep)
      }
    }
    let (step, effects) = gathering { within({ $0.enterLoop() }) { block(body) } }
    let rounds = WatchLoop(step: step, mayEnd: !effects.acts)
    let (range, source) = (pause.range, source)
    return .async { frame throws(Fault) in
      let pause: Duration
      do throws(Fault) { pause = try await pauseCode.run(&frame).pause() } catch {
        throw error.placed(at: range, in: source)
      }
      return try await rounds.run(&frame, pause)
    }
  }
}

/// Runs the block of a `watch` again and again, and draws its output.
private struct WatchLoop: Sendable {
  /// The compiled block.
  let step: CompiledStatement
  /// Whether Ctrl-C may end a round at the prompt, because the block changes nothing.
  let mayEnd: Bool

  /// Runs rounds with a pause between them, until `break`, `return` or Ctrl-C.
  func run(_ frame: inout ExecutionFrame, _ pause: Duration) async throws(Fault) -> ControlFlow {
    let outer = frame.run.output
    let round = outer.isTerminal && frame.run.session.options.isInteractive ? ResultOutput(gatheringFor: outer) : nil
    frame.run.output = round ?? outer
    defer { frame.run.output = outer }
    var screen = WatchScreen(outer)
    while true {
      if Task.isCancelled, frame.run.session.isPrompt { return .next }
      try frame.run.checkInterrupt()
      let flow: ControlFlow
      do throws(Fault) { flow = try await step.run(&frame) } catch {
        if mayEnd, frame.run.isStoppedWatch(error) { return .next }
        if let round { try outer.put(round.taken()) }
        throw error
      }
      if let round {
        outer.flush()
        frame.run.session.host.draw(screen.frame(of: round.taken()))
      }
      if flow == .break { return .next }
      if flow == .return { return flow }
      outer.flush()
      do { try await Task.sleep(for: pause) } catch {
        if frame.run.session.isPrompt { return .next }
        throw Fault(.interrupted, "interrupted")
      }
    }
  }
}

extension RunContext {
  /// Whether an error is the Ctrl-C that ends a `watch` at the prompt, where it is not a failure.
  fileprivate func isStoppedWatch(_ fault: Fault) -> Bool { fault.kind == .interrupted && session.isPrompt }
}

extension Value {
  /// Returns this value as the pause between two rounds of `watch`.
  fileprivate func pause() throws(Fault) -> Duration {
    guard case .duration(let duration) = self, duration > .zero else {
      let seconds = Declaration.ArgumentType.duration.example(for: self) ?? "2s"
      throw Fault(.type, "watch needs a duration over 0, not \(label)", nextStep: "watch \(seconds) do ... end")
    }
    return duration
  }
}
