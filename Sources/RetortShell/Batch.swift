import Evaluation
import Language
import Terminal

/// Runs a text that was read whole; Ctrl-C and SIGTERM stop what runs, and a second time end the program at once.
func batch(_ source: SourceText, _ session: Session) async -> Int32 {
  let work = Task { await Interpreter(session).run(source) }
  let stopped = StopMark()
  let status = await Interrupts.shared.watching { signal in
    stopped.set(signal, patience: 1)
    work.cancel()
  } during: {
    await work.value
  }
  return stopped.signal.map(\.exitStatus) ?? status
}
