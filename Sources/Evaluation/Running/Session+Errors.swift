public import Language
public import Values

extension Session {
  /// Shows an error on standard error.
  public func show(_ fault: Fault) {
    let marks = fault.marks.map { MarkedSourceRange($0.range, $0.label) }
    show(
      DiagnosticRenderer.DiagnosticContent(
        title: "error[\(fault.kind)]", message: fault.message, source: fault.source, marks: marks,
        notes: Self.shortened(fault.trail) + (fault.nextStep.map { [$0] } ?? [])))
  }

  /// Returns the notes of an error; if there are many notes, omits the notes in the middle.
  ///
  /// After an endless recursion, for example, there is a note for each call.
  private static func shortened(_ trail: [String]) -> [String] {
    let (first, last) = (5, 2)
    guard trail.count > first + last + 1 else { return trail }
    return trail.prefix(first) + ["... \(trail.count - first - last) more"] + trail.suffix(last)
  }

  /// Shows the errors and warnings of a check on standard error, but at most 20 of them.
  public func show(_ report: Interpreter.CheckReport) {
    let limit = 20
    for (diagnostic, text) in report.diagnostics.prefix(limit) {
      show(DiagnosticRenderer.DiagnosticContent(diagnostic, in: text))
    }
    if report.diagnostics.count > limit { note("and \(report.diagnostics.count - limit) more") }
  }

  /// Shows an error or a warning on standard error.
  public func show(_ report: DiagnosticRenderer.DiagnosticContent) {
    output.flush()
    var renderer = options.renderer
    if let columns = host.columns { renderer.width = max(columns(), 40) }
    host.draw(renderer.render(report))
  }
}
