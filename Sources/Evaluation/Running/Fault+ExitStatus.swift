import Language
public import Values

extension Fault {
  /// Returns the error of a run that can no longer write to standard output.
  ///
  /// `reason` says why the write failed, such as a full disk. It is nil if the reader has closed the output. The run
  /// then ends with status 0, or with status 1 if `isOwed` is true. `isOwed` says whether a skipped statement changes
  /// data, writes a file or asserts.
  ///
  /// If Ctrl-C has interrupted the write, the function returns an `interrupted` error instead.
  static func closed(isOwed: Bool, _ reason: String?) -> Fault {
    if Task.isCancelled { return Fault(.interrupted, "interrupted") }
    if let reason {
      return Fault(
        .closed, "standard output can't be written: \(reason); the rest of the run was skipped",
        nextStep: "make room on the disk, or send the output to another place"
      ).ending(1)
    }
    return Fault(
      .closed, "standard output was closed, and the rest of the run was skipped",
      nextStep:
        "some skipped statements change data, write files or assert; to run all statements, send the output to a file"
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
