import Formats
import JSONText
import Synchronization
import Values

/// The files that statements have read, and that can be read only once.
struct ReadOnceFiles {
  /// What has read standard input; nil if nothing has read it.
  var inputReader: InputReader?
  /// The pipes that statements have read.
  var pipes: Set<PipeIdentity> = []

  enum InputReader {
    case script, statement
  }
}

extension Session {
  /// Records that standard input contains the script, so that no statement can read it.
  public func recordInputRead() { state.withLock { $0.readOnce.inputReader = .script } }

  /// Prepares a named pipe for a new `read` command: another program can write new content to the pipe.
  func prepareRead(of path: String) {
    guard let pipe = PipeIdentity(path), pipe.isNamed else { return }
    _ = state.withLock { $0.readOnce.pipes.remove(pipe) }
  }

  /// Records that a statement reads a file, if the file is standard input or a pipe.
  ///
  /// - Throws: A `file` error if the file was already read.
  func takeIfReadOnce(_ path: String) throws(Fault) {
    let step = "keep the records: let rows = read \(JSONValue.string(path).text) as: \"csv\" | collect"
    if FileDescriptor.isStandardInput(path) {
      let reader = state.withLock { state in
        defer { state.readOnce.inputReader = state.readOnce.inputReader ?? .statement }
        return state.readOnce.inputReader
      }
      switch reader {
      case nil: return
      case .script:
        throw Fault(
          .file, "standard input contains the script, so a statement can't read it",
          nextStep: "store the script in a file: retort FILE.retort")
      case .statement: throw Fault(.file, "standard input was already read", nextStep: step)
      }
    }
    if let pipe = PipeIdentity(path), state.withLock({ !$0.readOnce.pipes.insert(pipe).inserted }) {
      throw Fault(.file, "\(path) is a pipe, and was already read", nextStep: step)
    }
  }
}
