internal import CReadline
internal import Glibc
internal import Synchronization

/// Reads an answer that the user types to a question, without the line editor.
///
/// The terminal is in its default mode: the terminal itself handles keys such as Backspace, and Ctrl-C discards the
/// typed text. If Ctrl-Z has stopped the program, the question is shown again when the program continues.
public enum AnswerReader {
  /// Discards all input that the user typed before the question.
  ///
  /// Otherwise keys that the user pressed earlier would answer the question.
  public static func discardTyped(on input: Int32 = 0) { tcflush(input, TCIFLUSH) }

  /// Reads a line.
  ///
  /// - Parameters:
  ///   - input: The terminal.
  ///   - ask: Shows the question.
  /// - Returns: The line; nil at the end of the input. If the task is cancelled, the function immediately returns nil.
  public static func line(from input: Int32 = 0, asking ask: @escaping @Sendable () -> Void = {}) async -> String? {
    await answer(Question(input: input, isSecret: false, ask: ask))
  }

  /// Reads a line, such as a password, while the terminal does not show the typed characters.
  ///
  /// The terminal only shows the line end.
  ///
  /// - Parameters:
  ///   - input: The terminal.
  ///   - ask: Shows the question. Called when the terminal no longer shows typed characters.
  /// - Returns: The line; nil at the end of the input, or if the task is cancelled.
  public static func secret(from input: Int32 = 0, asking ask: @escaping @Sendable () -> Void) async -> String? {
    await answer(Question(input: input, isSecret: true, ask: ask))
  }

  private static func answer(_ question: Question) async -> String? {
    guard let events = QuestionEvents() else { return nil }
    return await SignalCatcher.shared.watchingStops {
      events.add(signal: $0)
    } during: {
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          do throws(LineEditorError) {
            try BlockingThread.start { continuation.resume(returning: question.answer(events)) }
          } catch { continuation.resume(returning: nil) }
        }
      } onCancel: {
        events.cancel()
      }
    }
  }
}

/// A question to the user.
private struct Question: Sendable {
  let input: Int32
  /// Whether the terminal does not show the typed characters.
  let isSecret: Bool
  /// Shows the question.
  let ask: @Sendable () -> Void

  /// Asks the question, and reads a line, byte by byte, so that input after the line remains unread.
  func answer(_ events: QuestionEvents) -> String? {
    begin()
    defer { if isSecret { retort_mode_restore(input) } }
    ask()
    var line: [UInt8] = []
    while true {
      switch events.next(input) {
      case .cancelled: return nil
      case .stopped:
        if isSecret { retort_mode_restore(input) }
        retort_stop()
        line = []
        begin()
      case .continued:
        begin()
        ask()
      case .input:
        var byte: UInt8 = 0
        let count = read(input, &byte, 1)
        if count < 0, errno == EINTR || errno == EAGAIN { continue }
        if count == 1, byte != UInt8(ascii: "\n") {
          line.append(byte)
          continue
        }
        // If the input ends before the user presses Enter, the text so far is no answer.
        return count < 1 ? nil : String(decoding: line, as: UTF8.self)
      }
    }
  }

  private func begin() { if isSecret { retort_echo_off(input) } }
}

/// The events that a question waits for: input, a cancellation, a stop by Ctrl-Z, and the continuation after the stop.
private final class QuestionEvents: Sendable {
  enum Event { case input, cancelled, stopped, continued }

  private let bell: Int32
  private let pending = Mutex<[Event]>([])

  /// Creates the object; nil if no descriptor is available.
  init?() {
    bell = retort_bell_open(0)
    if bell < 0 { return nil }
  }

  deinit { close(bell) }

  func cancel() { add(.cancelled) }

  func add(signal number: Int32) { add(number == SIGTSTP ? .stopped : .continued) }

  private func add(_ event: Event) {
    pending.withLock { $0.append(event) }
    retort_bell_ring(bell)
  }

  /// Waits for the next event.
  func next(_ input: Int32) -> Event {
    while true {
      let event = pending.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      if let event { return event }
      var sources = [bell, input].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let count = poll(&sources, 2, -1)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return .cancelled }
      guard sources[0].revents != 0 else { return .input }
      retort_bell_answer(bell)
    }
  }
}
