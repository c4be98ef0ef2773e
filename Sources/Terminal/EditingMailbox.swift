internal import CReadline
internal import Glibc
internal import Synchronization

/// An event from another thread for the thread that edits the line.
enum EditingEvent: Sendable {
  /// A caller requests a line.
  case read(LinePrompt, CheckedContinuation<PromptInput, Never>)
  /// A text to show above the line, and the line's new prompt; the prompt is nil if it does not change.
  case notice(String, LinePrompt?)
  /// A new statement that the arrow keys find in addition to the previous statements.
  case remember(String)
  /// All statements that the arrow keys find, in place of the previous statements.
  case history([String])
  /// A signal, by number.
  case signal(Int32)
}

/// Holds events in order for the thread that edits the line, and wakes this thread by an eventfd.
final class EditingMailbox: Sendable {
  let bell: Int32
  private let events = Mutex<[EditingEvent]>([])

  init() throws(TerminalError) {
    bell = retort_bell_open(0)
    guard bell >= 0 else { throw .refused(call: "eventfd", errno: errno) }
  }

  deinit {
    close(bell)
  }

  func post(_ event: EditingEvent) {
    events.withLock { $0.append(event) }
    retort_bell_ring(bell)
  }

  func takeAll() -> [EditingEvent] {
    retort_bell_answer(bell)
    return events.withLock { events in
      defer { events = [] }
      return events
    }
  }
}
