import Redaction
import Synchronization
import Terminal

/// The progress line of a terminal; all other output removes the line before it is written.
final class StatusLine: Sendable {
  /// The progress line of standard error.
  static let standard = StatusLine()

  private struct TerminalLineState {
    var isShown = false
    /// Whether the results on the terminal end in the middle of a line.
    var isInLine = false
  }

  private let state = Mutex(TerminalLineState())

  /// Shows a text, truncated to the terminal's width; nil removes the line.
  func show(_ text: String?) {
    guard let text else { return remove() }
    state.withLock { state in
      guard !state.isInLine else { return }
      state.isShown = true
      let cut = String(TerminalSafeText.message(text).prefix(max(1, TerminalProperties.columns(of: 2) - 1)))
      _ = Console.write(Array("\r\u{1B}[K\(cut)".utf8), to: 2)
    }
  }

  /// Removes the progress line.
  func remove() { state.withLock { Self.remove(&$0) } }

  /// Removes the line before results are written.
  ///
  /// The progress line is not shown again while the results end in the middle of a line of the terminal.
  func remove(before results: [UInt8]) {
    state.withLock { state in
      Self.remove(&state)
      if let last = results.last { state.isInLine = last != UInt8(ascii: "\n") && TerminalProperties.isTerminal(1) }
    }
  }

  private static func remove(_ state: inout TerminalLineState) {
    if state.isShown { _ = Console.write(Array("\r\u{1B}[K".utf8), to: 2) }
    state.isShown = false
  }
}
