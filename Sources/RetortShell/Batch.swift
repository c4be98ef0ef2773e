import Evaluation
import Language
import Terminal
import Values

/// Reads a whole script and runs it.
///
/// The first Ctrl-C, SIGTERM or SIGHUP stops the script. A second signal ends the program.
func batch(_ session: Session, _ read: @escaping @Sendable () throws(Fault) -> SourceText) async -> Int32 {
  let work = Task<Int32, Never> {
    let source: SourceText
    do throws(Fault) { source = try read() } catch {
      session.show(error)
      session.options.report?.add(unread: error)
      return 2
    }
    return await Interpreter(session).run(source)
  }
  let stop = RunStopper(session, work)
  let status = await SignalCatcher.shared.watching {
    stop.signalled($0, forcedEnds: true)
  } during: {
    defer { stop.end() }
    return await work.value
  }
  return stop.signal.map(\.exitStatus) ?? status
}
