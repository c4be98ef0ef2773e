import Redaction
import Synchronization
import Terminal

/// The progress line at the bottom of a terminal.
///
/// The program removes the progress line before it writes anything else to the terminal.
final class StatusLine: Sendable {
  /// The progress line of standard error.
  static let standard = StatusLine()

  private struct LastLineOccupancy {
    var isShown = false
    /// Whether the results on the terminal end in the middle of a line.
    var isInLine = false
  }

  private let state = Mutex(LastLineOccupancy())

  /// Shows a text as the progress line, cut to the terminal's width; removes the line for nil.
  func show(_ text: String?) {
    guard let text else { return remove() }
    state.withLock { state in
      guard !state.isInLine else { return }
      state.isShown = true
      let safe = TerminalSafeText.line(TerminalSafeText.message(text))
      let cut = String(safe.prefix(max(1, TerminalProperties.columns(of: 2) - 1)))
      _ = Console.write(Array("\r\u{1B}[K\(cut)".utf8), to: 2)
    }
  }

  /// Removes the progress line.
  func remove() { state.withLock { Self.remove(&$0) } }

  /// Removes the progress line before the program writes results.
  ///
  /// The progress line can appear again only after results that end with a line end.
  func remove(before results: [UInt8]) {
    state.withLock { state in
      Self.remove(&state)
      if let last = results.last { state.isInLine = last != UInt8(ascii: "\n") && TerminalProperties.isTerminal(1) }
    }
  }

  private static func remove(_ state: inout LastLineOccupancy) {
    if state.isShown { _ = Console.write(Array("\r\u{1B}[K".utf8), to: 2) }
    state.isShown = false
  }
}
