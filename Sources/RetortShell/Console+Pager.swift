import Evaluation
import Glibc
import Synchronization
import Terminal

extension Console {
  /// Returns a function that starts the pager; nil if the program uses no pager.
  ///
  /// The pager is the command in `RETORT_PAGER`, in `PAGER`, or `less`, in this order. An empty variable means no
  /// pager. The program also uses no pager on a terminal that can't move its cursor.
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

  /// The text that the program has sent to a pager.
  ///
  /// If the pager can't run, the program writes the text to the terminal instead.
  private struct PagerFallbackText {
    var beginning: [UInt8] = []
    /// Whether the text goes to the terminal, because the pager can't run.
    var isDirect = false
  }

  /// Starts a pager; if the shell can't run the pager, the text goes to the terminal instead.
  private func start(_ command: String) -> Pager? {
    guard let process = PagerProcess(command: command) else { return nil }
    let text = Mutex(PagerFallbackText())
    let feed = Self.door { bytes in
      text.withLock { text in
        if text.isDirect { return write(bytes) }
        // If the pager can't run, nothing reads the pipe. The pipe is then full long before the text reaches 1 MiB, so
        // `text` need not store more.
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
