import Bulk
import Language
import Synchronization
import Values

/// The journals of a pipeline's earlier stages, after all changes of these stages are done.
///
/// The end of the pipeline marks the journals as complete. Until then, the journals stay open. If a later stage fails,
/// the user can run the pipeline again: the earlier stages skip the changes that are done, and pass on their elements.
final class JournalsOpenUntilPipelineEnd: Sendable {
  private struct FinishedStageJournal: Sendable {
    /// The name of the stage in messages: `update posts`.
    let label: String
    let journal: Journal
    let arguments: Arguments
  }

  private let journals = Mutex<[FinishedStageJournal]>([])
  private let isResumeNoted = Atomic(false)
  private let hasUndoneChanges = Atomic(false)
  private let hasMissingElements = Atomic(false)
  /// The journals of the outer pipeline; nil if this pipeline is not in the block of an `each`.
  private let outer: JournalsOpenUntilPipelineEnd?

  init(in outer: JournalsOpenUntilPipelineEnd?) { self.outer = outer }

  /// Adds the journal of a stage whose changes are all done.
  func add(_ label: String, _ journal: Journal, _ arguments: Arguments) {
    journals.withLock { $0.append(FinishedStageJournal(label: label, journal: journal, arguments: arguments)) }
  }

  /// Records that a later stage has shown how to resume the statement.
  func recordResumeNote() { isResumeNoted.store(true, ordering: .relaxed) }

  /// Records that a stage ended with changes that are not done.
  ///
  /// The later stages then lack the elements of these changes, so no journal of the pipeline is complete. The same
  /// applies to a pipeline that contains this pipeline.
  func recordUndoneChanges() {
    hasUndoneChanges.store(true, ordering: .relaxed)
    outer?.recordUndoneChanges()
  }

  /// Whether an earlier stage ended with changes that are not done.
  var isIncomplete: Bool { hasUndoneChanges.load(ordering: .relaxed) }

  /// Records that a stage did not pass on the elements of all changes that its journal records as done.
  ///
  /// A later stage that changes data then lacks these elements, and is not complete.
  func recordMissingElements() { hasMissingElements.store(true, ordering: .relaxed) }

  /// Whether an earlier stage did not pass on the elements of all changes that its journal records as done.
  var lacksElements: Bool { hasMissingElements.load(ordering: .relaxed) }

  /// Releases the journals; first marks them as complete if the changes of all stages are done.
  ///
  /// If a journal can't be marked, the journals after it stay incomplete, so that the statement can run again.
  func complete(_ session: Session) async throws(Fault) {
    if isIncomplete { return leave(session) }
    var failure: Fault?
    for done in take() {
      if failure == nil {
        do throws(Fault) { try await done.arguments.complete(done.journal, session) } catch { failure = error }
      }
      release(done, session)
    }
    if let failure { throw failure }
  }

  /// Releases the journals without marking them as complete, because a stage failed.
  ///
  /// If no later stage has shown how to resume the statement, the function shows it.
  func leave(_ session: Session) {
    let open = take()
    for done in open { release(done, session) }
    guard let last = open.last, !isResumeNoted.load(ordering: .relaxed) else { return }
    session.noteHowToResume(last.label, last.journal)
  }

  private func take() -> [FinishedStageJournal] {
    journals.withLock { journals in
      defer { journals = [] }
      return journals
    }
  }

  private func release(_ done: FinishedStageJournal, _ session: Session) {
    session.endJournaled(done.journal)
    done.journal.release()
  }
}
