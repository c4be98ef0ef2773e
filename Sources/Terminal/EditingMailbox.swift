internal import CReadline
internal import Glibc
internal import Synchronization

/// A message from another thread to the line editor's thread, such as a notice to show.
enum EditingMailboxMessage: Sendable {
  /// A caller requests a line.
  case read(LinePrompt, CheckedContinuation<PromptInput, Never>)
  /// A caller requests to discard the input that the user has already typed. The result is the number of discarded
  /// lines.
  case discard(CheckedContinuation<Int, Never>)
  /// A text to show above the line, and a new prompt for the line; nil if the prompt does not change.
  case notice(String, LinePrompt?)
  /// A statement to add to the history of the arrow keys.
  case remember(String)
  /// The statements that replace the history of the arrow keys.
  case history([String])
  /// A signal, by number.
  case signal(Int32)
}

/// A queue of messages for the line editor's thread.
///
/// An eventfd wakes the thread for each message.
final class EditingMailbox: Sendable {
  let bell: Int32
  private let events = Mutex<[EditingMailboxMessage]>([])

  init() throws(LineEditorError) {
    bell = retort_bell_open(0)
    guard bell >= 0 else { throw .refused(call: "eventfd", errno: errno) }
  }

  deinit {
    close(bell)
  }

  func post(_ event: EditingMailboxMessage) {
    events.withLock { $0.append(event) }
    retort_bell_ring(bell)
  }

  func takeAll() -> [EditingMailboxMessage] {
    retort_bell_answer(bell)
    return events.withLock { events in
      defer { events = [] }
      return events
    }
  }
}
