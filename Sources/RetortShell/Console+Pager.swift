import Evaluation
import Glibc
import Synchronization
import Terminal

extension Console {
  /// Returns a function that starts the pager; nil if the program must not use a pager.
  ///
  /// The pager is the command in `RETORT_PAGER`, otherwise the one in `PAGER`, otherwise `less`. An empty value means
  /// no pager. A terminal that can't move its cursor has no pager either.
  func pager(_ environment: [String: String]) -> (@Sendable () -> Pager?)? {
    guard isTerminal, isInteractive, let term = environment["TERM"], term != "dumb" else { return nil }
    let chosen = environment["RETORT_PAGER"] ?? environment["PAGER"]
    let command = chosen ?? (Self.isProgram("less", environment["PATH"] ?? "") ? "less" : "")
    guard !command.allSatisfy(\.isWhitespace) else { return nil }
    return { start(command) }
  }

  private static func isProgram(_ name: String, _ path: String) -> Bool {
    path.split(separator: ":").contains { unsafe access("\($0)/\(name)", X_OK) == 0 }
  }

  /// The text that the program has written to a pager.
  ///
  /// If the pager can't run, the program shows the beginning of this text directly.
  private struct PagerText {
    var beginning: [UInt8] = []
    /// Whether the pager can't run, so that the text goes directly to the terminal.
    var isDirect = false
  }

  /// Starts a pager; if the shell can't run it, writes the whole text to the terminal.
  private func start(_ command: String) -> Pager? {
    guard let process = PagerProcess(command: command) else { return nil }
    let text = Mutex(PagerText())
    let feed = Self.door { bytes in
      text.withLock { text in
        if text.isDirect { return write(bytes) }
        // If the pager can't run, nothing reads the pipe, so the pipe becomes full. This happens long before the text
        // reaches this limit.
        if text.beginning.count < 1 << 20 { text.beginning += bytes }
        if process.write(bytes) { return true }
        guard process.couldNotRun else { return false }
        text.isDirect = true
        return write(text.beginning)
      }
    }
    return Pager(write: feed) {
      guard PagerProcess.meansNotRun(await process.finish()) else { return }
      let left = text.withLock { $0.isDirect ? [] : $0.beginning }
      if !left.isEmpty { _ = write(left) }
      note("note: the pager can't be run: \(command); set RETORT_PAGER to another command, or to \"\" for no pager\n")
    }
  }
}
