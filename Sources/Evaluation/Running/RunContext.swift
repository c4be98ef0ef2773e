import Bulk
import Language
import Values

/// The shared state of running code: the session, the source and the output.
struct RunContext: Sendable {
  let session: Session
  let source: SourceText
  /// The output of `print` and the output stages.
  var output: ResultOutput
  /// The state of the outermost statement: its counts of changes and its consents.
  let statement: StatementSafeguards
  /// Records the changes of the current iteration of `each`; nil if the `each` has no journal.
  var iteration: (any IterationChangeRecorder)?
  /// The commands that can be the last action of the current iteration.
  var lastCommands: [SourceRange] = []
  /// Keeps the elements that output stages show; nil in a file.
  var shown: ShownElements?
  /// Whether output can go through a pager; true for a statement that is one pipeline, and for `help`.
  var isPaged = false

  init(session: Session, source: SourceText, statement: StatementSafeguards, output: ResultOutput? = nil) {
    self.session = session
    self.source = source
    self.statement = statement
    self.output = output ?? session.output
  }

  /// Throws if Ctrl-C was pressed.
  func checkInterrupt() throws(Fault) {
    if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
  }
}
