import Redaction
import Synchronization
import Terminal

/// The progress line of a terminal; other output removes it first.
final class StatusLine: Sendable {
  /// The line of standard error.
  static let standard = StatusLine()

  private let isShown = Mutex(false)

  /// Shows a text, truncated to the terminal's width; nil removes the line.
  func show(_ text: String?) {
    guard let text else { return remove() }
    isShown.withLock { isShown in
      isShown = true
      let cut = String(TerminalText.message(text).prefix(max(1, Screen.columns(of: 2) - 1)))
      _ = Console.write(Array("\r\u{1B}[K\(cut)".utf8), to: 2)
    }
  }

  /// Removes the line.
  func remove() {
    isShown.withLock { isShown in
      if isShown { _ = Console.write(Array("\r\u{1B}[K".utf8), to: 2) }
      isShown = false
    }
  }
}
