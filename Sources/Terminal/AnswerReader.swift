internal import CReadline
internal import Glibc

/// Reads an answer that the user types to a question, without the line editor.
///
/// The terminal is in its default mode: the terminal itself handles keys such as Backspace, and Ctrl-C discards the
/// typed text.
public enum AnswerReader {
  /// Discards all input that the user typed before the question.
  ///
  /// Otherwise keys that the user pressed earlier would answer the question.
  public static func discardTyped(on input: Int32 = 0) { tcflush(input, TCIFLUSH) }

  /// Reads a line.
  ///
  /// Returns nil at the end of the input. If the task is cancelled, the function immediately returns nil.
  public static func line(from input: Int32 = 0) async -> String? {
    let bell = retort_bell_open(0)
    guard bell >= 0 else { return nil }
    defer { close(bell) }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        do throws(TerminalError) {
          try BlockingThread.start { continuation.resume(returning: line(from: input, until: bell)) }
        } catch { continuation.resume(returning: nil) }
      }
    } onCancel: {
      retort_bell_ring(bell)
    }
  }

  /// Reads a line, such as a password, while the terminal does not show the typed characters.
  ///
  /// The terminal only shows the line end.
  ///
  /// - Parameters:
  ///   - input: The terminal.
  ///   - ask: Shows the question. Called when the terminal no longer shows typed characters.
  /// - Returns: The line; nil at the end of the input, or if the task is cancelled.
  public static func secret(from input: Int32 = 0, asking ask: () -> Void) async -> String? {
    retort_echo_off(input)
    ask()
    defer { retort_echo_on(input) }
    return await line(from: input)
  }

  /// Reads a line, byte by byte, so that input after the line remains unread.
  private static func line(from input: Int32, until bell: Int32) -> String? {
    var line: [UInt8] = []
    while isReadable(input, until: bell) {
      var byte: UInt8 = 0
      let count = read(input, &byte, 1)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      if count == 1, byte != UInt8(ascii: "\n") {
        line.append(byte)
        continue
      }
      // Text without Enter at the end of the input is no answer.
      return count < 1 ? nil : String(decoding: line, as: UTF8.self)
    }
    return nil
  }

  /// Waits for input.
  ///
  /// Returns false if the eventfd `bell` was signalled first.
  private static func isReadable(_ input: Int32, until bell: Int32) -> Bool {
    while true {
      var sources = [bell, input].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let count = poll(&sources, 2, -1)
      if count < 0, errno == EINTR { continue }
      return count > 0 && sources[0].revents == 0
    }
  }
}
