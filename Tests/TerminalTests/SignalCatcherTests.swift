import Foundation
import Terminal
import Testing

@Suite struct SignalCatcherTests {
  @Test func ctrlCReachesTheStatementThatRuns() async {
    await #expect(processExitsWith: .success) {
      let (terminal, editor) = try TypedTerminal.withEditor()
      terminal.person {
        $0.sees("> ")
        $0.types("run\r")
        $0.sees("running")
        $0.types("\u{3}")
        $0.sees("> ")
        $0.types("next\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .line("run"))
      #expect(await firstSignal { editor.notice("running") } == .interrupt)
      #expect(await editor.readLine(prompt: "> ") == .line("next"))
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func notifiesABatchWithoutATerminal(number: Int32) async {
    await #expect(processExitsWith: .success) { [number] in
      #expect(await firstSignal { kill(getpid(), number) }?.rawValue == number)
    }
  }

  @Test func callsTheInnermostWatcher() async {
    await #expect(processExitsWith: .success) {
      let outer = await firstSignal {
        #expect(await firstSignal { kill(getpid(), SIGINT) } == .interrupt)
        kill(getpid(), SIGTERM)
      }
      #expect(outer == .terminate)
    }
  }

  @Test func aClosedPipeIsAnErrorOfWriteOnly() async {
    await #expect(processExitsWith: .success) {
      _ = SignalCatcher.shared
      var ends: [Int32] = [0, 0]
      #expect(pipe(&ends) == 0)
      close(ends[0])
      #expect(write(ends[1], "x", 1) == -1)
      #expect(errno == EPIPE)
    }
  }

  @Test func ignoredSignalsStayIgnored() async {
    await #expect(processExitsWith: .success) {
      signal(SIGHUP, SIG_IGN)
      #expect(
        await firstSignal {
          kill(getpid(), SIGHUP)
          kill(getpid(), SIGTERM)
        } == .terminate)
    }
  }
}

/// Runs an action, and returns the first signal that the process receives during the action or afterwards.
func firstSignal(after action: () async -> Void) async -> TerminationSignal? {
  let (signals, continuation) = AsyncStream.makeStream(of: TerminationSignal.self)
  return await SignalCatcher.shared.watching {
    continuation.yield($0)
  } during: {
    await action()
    return await signals.first { _ in true }
  }
}
