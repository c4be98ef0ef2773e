import Language
public import Values

extension Fault {
  /// Returns the error of a run that can no longer write to standard output.
  ///
  /// - Parameters:
  ///   - isOwed: Whether a skipped statement, or the skipped part of a statement, changes data, writes a file or asserts.
  ///   - isPartial: Whether the run skipped only a part of the last statement, and no other such statement.
  ///   - reason: Why the write failed, such as a full disk; nil if the reader has closed the output.
  /// - Returns: An `interrupted` error if Ctrl-C has interrupted the write. Otherwise a `closed` error with the exit
  ///   status 1. If the reader has closed the output and `isOwed` is false, the exit status is 0.
  static func closed(isOwed: Bool, isPartial: Bool, _ reason: String?) -> Fault {
    if Task.isCancelled { return Fault(.interrupted, "interrupted") }
    if let reason {
      return Fault(
        .closed, "standard output can't be written: \(reason); the rest of the run was skipped",
        nextStep: "make room on the disk, or send the output to another place"
      ).ending(1)
    }
    let skipped =
      isPartial
      ? "this statement changes data, writes a file or checks an assertion, and it may not have processed all elements; "
      : "some skipped statements change data, write files or check assertions; "
    return Fault(
      .closed, "standard output was closed, and the rest of the \(isPartial ? "statement" : "run") was skipped",
      nextStep: skipped + "to run \(isPartial ? "all of it" : "all statements"), send the output to a file"
    ).ending(isOwed ? 1 : 0)
  }

  /// The exit status of a program that ends with this error (TheLanguage.md, "Exit status").
  public var exitStatus: Int32 {
    if let status { return status }
    switch kind {
    case .assert: return 3
    case .connection, .noRoute: return 4
    case .refused, .limit: return 6
    case .interrupted: return 130
    case .syntax: return 2
    case .closed: return 0
    default: return 1
    }
  }
}
