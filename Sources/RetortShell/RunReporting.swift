import Evaluation
import Formats
import Values

/// Runs the statements of a session, and writes the report of the option `--report`.
///
/// `run` also closes the session, and returns the exit status.
///
/// - Returns: The exit status of the program; 2 without a run if the report can't be written.
func reported(
  _ options: ProgramOptions, _ session: Session, _ console: Console, _ run: () async -> Int32
) async -> Int32 {
  let report: AtomicFile?
  do throws(Fault) { report = try openReport(options, session.options.report) } catch {
    console.note(error, about: "the report can't be written")
    await session.close()
    return 2
  }
  defer { LazyControlServer.shared.remove() }
  let status = await run()
  return report.map { write(session.options.report, to: $0, options, status, console) } ?? status
}

/// Opens the file of the option `--report`, and writes a report that says that the run has not ended.
///
/// The returned file is locked, so that no statement of the run uses it, for example as its journal.
///
/// - Returns: Nil without the option.
private func openReport(_ options: ProgramOptions, _ report: RunReportFile?) throws(Fault) -> AtomicFile? {
  guard let path = options.report, let report else { return nil }
  let file = try AtomicFile(path, appends: false)
  if file.isDirect { return file }
  do throws(Fault) {
    try file.write(Array(report.text(isXML: path.hasSuffix(".xml"), status: nil, reason: options.reason).utf8))
    try file.finish()
  } catch {
    file.abandon()
    throw error
  }
  return file
}

/// Writes the report of a run that has ended, and returns the exit status of the program.
///
/// If the write fails after a successful run, the status is 1.
private func write(
  _ report: RunReportFile?, to opened: AtomicFile, _ options: ProgramOptions, _ status: Int32,
  _ console: Console
) -> Int32 {
  guard let path = options.report, let report else { return status }
  let text = report.text(isXML: path.hasSuffix(".xml"), status: status, reason: options.reason)
  do throws(Fault) {
    if opened.isDirect {
      try opened.write(Array(text.utf8))
    } else {
      try opened.replace(with: text)
    }
    return status
  } catch {
    console.note(error, about: "the report can't be written")
    return status == 0 ? 1 : status
  }
}
