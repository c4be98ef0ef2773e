import Evaluation
import Glibc
import Synchronization
import Terminal

extension Console {
  /// Returns a function that starts the pager: the command of `RETORT_PAGER`, else of `PAGER`, else `less`; nil if no
  /// pager is to be used.
  ///
  /// An empty value means no pager, and so does a terminal that can't move its cursor.
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

  /// The text that was written to a pager: its beginning, which is shown directly if the pager can't be run.
  private struct PagerText {
    var beginning: [UInt8] = []
    /// Whether the pager can't be run, so that the text goes to the terminal.
    var isDirect = false
  }

  /// Starts a pager; if the shell can't run it, the whole text is written to the terminal.
  private func start(_ command: String) -> Pager? {
    guard let process = PagerProcess(command: command) else { return nil }
    let text = Mutex(PagerText())
    let feed = Self.door { bytes in
      text.withLock { text in
        if text.isDirect { return write(bytes) }
        // A pager that can't be run reads nothing, so that the pipe is full long before this limit.
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
