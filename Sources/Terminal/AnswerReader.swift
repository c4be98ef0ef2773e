internal import CReadline
internal import Glibc

/// Reads a typed answer to a question, while no line is being edited.
///
/// The terminal is in its default mode: it edits the line itself, and Ctrl-C drops the typed text.
public enum AnswerReader {
  /// Discards input that was typed before a question, so that it does not answer the question.
  public static func discardTyped(on input: Int32 = 0) { tcflush(input, TCIFLUSH) }

  /// Reads a line; returns nil at the end of the input, or immediately if the task is cancelled.
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

  /// Reads a line without echo except for the line end; otherwise like ``line(from:)``.
  ///
  /// - Parameters:
  ///   - input: The terminal.
  ///   - ask: Shows the question; called after the echo is turned off.
  /// - Returns: The line; nil at the end of the input, or if the task is cancelled.
  public static func secret(from input: Int32 = 0, asking ask: () -> Void) async -> String? {
    retort_echo_off(input)
    ask()
    defer { retort_echo_on(input) }
    return await line(from: input)
  }

  /// Reads byte by byte, so that input after the line remains unread.
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
      // A line that ends with the input, without Enter, is no answer.
      return count < 1 ? nil : String(decoding: line, as: UTF8.self)
    }
    return nil
  }

  /// Waits for input; returns false if the eventfd was signalled first.
  private static func isReadable(_ input: Int32, until bell: Int32) -> Bool {
    while true {
      var sources = [bell, input].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let count = poll(&sources, 2, -1)
      if count < 0, errno == EINTR { continue }
      return count > 0 && sources[0].revents == 0
    }
  }
}
