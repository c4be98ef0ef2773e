internal import Glibc

/// Why a line can't be edited, or the history not be kept.
public enum TerminalError: Error, Sendable, Equatable {
  /// A process has one line editor, because GNU readline has one line.
  case secondEditor
  /// The system refused what a line editor needs: a thread, a descriptor.
  case refused(call: String, errno: Int32)
  /// The history can't be read or written.
  case history(path: String, call: String, errno: Int32)
}

extension TerminalError: CustomStringConvertible {
  /// One sentence for a person, and what to do next.
  public var description: String {
    switch self {
    case .secondEditor:
      "this process already edits lines; use the editor it has"
    case .refused(let call, let number):
      "cannot edit lines: \(call): \(Self.text(number)); lines still arrive through a pipe: retort -"
    case .history(let path, let call, let number):
      "cannot keep history in \(path): \(call): \(Self.text(number)); RETORT_HISTORY names another file, empty for none"
    }
  }

  private static func text(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
  }
}
