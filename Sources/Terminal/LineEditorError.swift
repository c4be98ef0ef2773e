internal import Glibc

/// The reason why the program can't edit a line or store the history.
public enum LineEditorError: Error, Sendable, Equatable {
  /// The process already has a line editor. GNU readline can edit only one line at a time.
  case secondEditor
  /// The operating system refused a resource, such as a thread, a descriptor or a temporary file.
  case refused(call: String, errno: Int32)
  /// The program can't read or write the history file.
  case history(path: String, call: String, errno: Int32)
}

extension LineEditorError: CustomStringConvertible {
  /// The message for the user, with the next step.
  public var description: String {
    switch self {
    case .secondEditor:
      "this process already has a line editor; use that line editor"
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
