import Bulk
import Language
import Synchronization
import Values

/// The state that all running code of a statement shares: the session, the source text and the output.
struct StatementContext: Sendable {
  let session: Session
  let source: SourceText
  /// The output of `print` and of the output stages, such as `table`.
  var output: ResultOutput
  /// The state of the outermost statement, such as its counts of changes and the user's consents.
  let statement: StatementConsentsAndOutcomes
  /// The recorder of the changes in the current iteration of `each`; nil if the `each` has no journal file.
  var iteration: (any IterationChangeRecorder)?
  /// The source ranges of the commands that can be the last action of the current iteration of `each`.
  var lastCommands: [SourceRange] = []
  /// The store of the elements that output stages show; nil in a file.
  ///
  /// At the prompt, these elements become the value of `_`.
  var shown: LastShownElements?
  /// The journals of the current pipeline's earlier stages; nil outside a pipeline.
  var journals: JournalsOpenUntilPipelineEnd?
  /// The files that the outermost statement writes.
  let files: FilesWrittenByStatement
  /// Whether a pager can show the output: true for a statement that is one pipeline, and for `help`.
  var isPaged = false

  init(session: Session, source: SourceText, statement: StatementConsentsAndOutcomes) {
    self.session = session
    self.source = source
    self.statement = statement
    output = session.output
    files = FilesWrittenByStatement(
      report: session.options.report, reads: session.state.withLock(\.readCounts))
  }

  /// Throws an `interrupted` error if the user has pressed Ctrl-C.
  func checkInterrupt() throws(Fault) {
    if Task.isCancelled { throw Fault(.interrupted, "interrupted") }
  }
}
