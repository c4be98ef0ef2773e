internal import CReadline
internal import Glibc

/// A line that a person types in answer to a question, while no line is being edited.
///
/// The terminal is as a shell leaves it: it edits the line itself, and a typed Ctrl-C drops what was typed of it.
public enum Answer {
  /// Reads a line; nil where the input ends, and at once where the task is cancelled.
  public static func line(from input: Int32 = 0) async -> String? {
    let bell = retort_bell_open(0)
    guard bell >= 0 else { return nil }
    defer { close(bell) }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        do throws(TerminalError) {
          try Thread.start { continuation.resume(returning: line(from: input, until: bell)) }
        } catch { continuation.resume(returning: nil) }
      }
    } onCancel: {
      retort_bell_ring(bell)
    }
  }

  /// Reads a line that the terminal does not show, only where it ends; as ``line(from:)`` else.
  public static func secret(from input: Int32 = 0) async -> String? {
    retort_echo_off(input)
    defer { retort_echo_on(input) }
    return await line(from: input)
  }

  /// Reads byte by byte, so that what is typed after the line stays where it is.
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
      return count < 1 && line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }
    return nil
  }

  /// Waits for input; false where the bell was rung before there was any.
  private static func isReadable(_ input: Int32, until bell: Int32) -> Bool {
    while true {
      var sources = [bell, input].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      let count = poll(&sources, 2, -1)
      if count < 0, errno == EINTR { continue }
      return count > 0 && sources[0].revents == 0
    }
  }
}
