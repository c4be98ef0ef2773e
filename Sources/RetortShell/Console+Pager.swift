import Evaluation
import Glibc
import Synchronization
import Terminal

extension Console {
  /// Returns a function that starts the pager; nil if the program uses no pager.
  ///
  /// The pager is the command in `RETORT_PAGER`, or in `PAGER` if `RETORT_PAGER` is not set, or `less` by default. An
  /// empty variable means no pager. The program also uses no pager on a terminal that can't move its cursor.
  func pager(_ environment: [String: String]) -> (@Sendable () -> Pager?)? {
    guard isTerminal, isInteractive, TerminalProperties.canMoveCursor(environment) else { return nil }
    let chosen = environment["RETORT_PAGER"] ?? environment["PAGER"]
    let command = chosen ?? (Self.isProgram("less", environment["PATH"] ?? "") ? "less" : "")
    guard !command.allSatisfy(\.isWhitespace) else { return nil }
    return { start(command) }
  }

  private static func isProgram(_ name: String, _ path: String) -> Bool {
    path.split(separator: ":").contains { unsafe access("\($0)/\(name)", X_OK) == 0 }
  }

  /// The text that the program has sent to a pager.
  ///
  /// If the pager can't run, the program writes the text to the terminal instead.
  private struct PagerFallbackText {
    var beginning: [UInt8] = []
    /// Whether the text goes to the terminal, because the pager has failed.
    var isDirect = false
  }

  /// Starts a pager; if the pager fails without showing anything, the text goes to the terminal instead.
  private func start(_ command: String) -> Pager? {
    guard let process = PagerProcess(command: command) else { return nil }
    let text = Mutex(PagerFallbackText())
    let feed = Self.door { bytes in
      text.withLock { text in
        if text.isDirect { return write(bytes) }
        // If the pager fails, nothing reads the pipe. The pipe is then full long before the text reaches 1 MiB, so
        // `text` need not store more.
        if text.beginning.count < 1 << 20 { text.beginning += bytes }
        if process.write(bytes) { return true }
        guard process.hasFailed else { return false }
        text.isDirect = true
        return write(text.beginning)
      }
    }
    return Pager(write: feed) {
      guard let status = await process.finish() else { return }
      let left = text.withLock { $0.isDirect ? [] : $0.beginning }
      if !left.isEmpty { _ = write(left) }
      let failure = status >= 126 ? "can't be run" : "failed with the status \(status)"
      note("note: the pager \(failure): \(command); set RETORT_PAGER to another command, or to \"\" for no pager\n")
    }
  }
}
