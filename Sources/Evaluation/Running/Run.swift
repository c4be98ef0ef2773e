import Bulk
import Language
import Values

/// What all code of a session shares: the session, the text that runs, and where output goes.
struct Run: Sendable {
  let session: Session
  let source: SourceText
  /// Where `print` and the output stages write.
  var output: Output
  /// The account of the outermost statement.
  let statement: StatementAccount
  /// Records the changes of the iteration that runs, if its `each` has a journal.
  var iteration: (any IterationRecord)?
  /// Whether what it shows may go through a pager: it is one pipeline, or `help`.
  var isPaged = false

  init(session: Session, source: SourceText, statement: StatementAccount, output: Output? = nil) {
    self.session = session
    self.source = source
    self.statement = statement
    self.output = output ?? session.output
  }

  /// Ends what runs where Ctrl-C was pressed.
  func checkInterrupt() throws(Fault) {
    if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
  }
}
