import Redaction
import Values

extension Console {
  /// Shows an error of the command line, with its next step.
  ///
  /// The message begins with `problem`.
  func note(_ error: Fault, about problem: String? = nil) {
    let place = problem.map { "\($0): " } ?? ""
    note("error: \(place)\(TerminalSafeText.message(error.message))\n")
    if let step = error.nextStep { note("  = \(TerminalSafeText.message(step))\n") }
  }
}
