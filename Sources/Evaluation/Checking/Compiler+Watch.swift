import Language
import Values

extension Compiler {
  /// Compiles `watch DURATION do ... end`, a loop that pauses after each round.
  ///
  /// At a terminal, the output of a round replaces the output of the previous round.
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

/// A `watch` loop, which runs its block repeatedly and draws the output of the block.
private struct WatchLoop: Sendable {
  /// The compiled block.
  let step: CompiledStatement
  /// Whether Ctrl-C at the prompt ends the loop without an error while the block runs.
  ///
  /// The value is true if the block changes no data and writes no files.
  let mayEnd: Bool

  /// Runs rounds with a pause after each round, until `break`, `return`, Ctrl-C or an error ends the loop.
  func run(_ frame: inout ExecutionFrame, _ pause: Duration) async throws(Fault) -> ControlFlow {
    let outer = frame.run.output
    let round =
      outer.isTerminal && frame.run.session.options.canRedraw ? ResultOutput(gatheringFor: outer) : nil
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

extension StatementContext {
  /// Returns whether an error comes from Ctrl-C at the prompt.
  ///
  /// At the prompt, Ctrl-C is the normal way to end a `watch` loop.
  fileprivate func isStoppedWatch(_ fault: Fault) -> Bool { fault.kind == .interrupted && session.isPrompt }
}

extension Value {
  /// Returns this value as the pause of a `watch` loop.
  ///
  /// - Throws: An error if the value is not a duration over 0.
  fileprivate func pause() throws(Fault) -> Duration {
    guard case .duration(let duration) = self, duration > .zero else {
      let seconds = CommandDeclaration.ArgumentType.duration.example(for: self) ?? "2s"
      throw Fault(.type, "watch needs a duration over 0, not \(label)", nextStep: "watch \(seconds) do ... end")
    }
    return duration
  }
}
