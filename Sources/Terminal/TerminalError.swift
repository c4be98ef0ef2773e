internal import Glibc

/// The reason why a line can't be edited or the history can't be stored.
public enum TerminalError: Error, Sendable, Equatable {
  /// The process already has a line editor; GNU readline edits only one line.
  case secondEditor
  /// The system refused a resource of the line editor: a thread, a descriptor.
  case refused(call: String, errno: Int32)
  /// The history can't be read or written.
  case history(path: String, call: String, errno: Int32)
}

extension TerminalError: CustomStringConvertible {
  /// The message for a person, with the next step.
  public var description: String {
    switch self {
    case .secondEditor:
      "this process already has a line editor; use that one"
    case .refused(let call, let number):
      "can't edit lines: \(call): \(Self.text(number)); statements can still be piped to retort -"
    case .history(let path, let call, let number):
      "can't store the history in \(path): \(call): \(Self.text(number)); set RETORT_HISTORY to another file, or to \"\" to store no history"
    }
  }

  private static func text(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
  }
}
