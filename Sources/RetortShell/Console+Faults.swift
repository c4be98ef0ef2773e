import Redaction
import Values

extension Console {
  /// Shows an error of the command line with its next step; `option` is the option that caused it.
  func note(_ error: Fault, of option: String? = nil) {
    let place = option.map { "\($0): " } ?? ""
    note("error: \(place)\(TerminalText.message(error.message))\n")
    if let step = error.nextStep { note("  = \(TerminalText.message(step))\n") }
  }
}
