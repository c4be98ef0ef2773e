import Redaction
import Values

extension Console {
  /// Shows an error and its next step as a note.
  ///
  /// If `problem` is not nil, the message begins with `problem` and a colon.
  func note(_ error: Fault, about problem: String? = nil) {
    let place = problem.map { "\($0): " } ?? ""
    note("error: \(place)\(TerminalSafeText.message(error.message))\n")
    if let step = error.nextStep { note("  = \(TerminalSafeText.message(step))\n") }
  }
}
