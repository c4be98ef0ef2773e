import Evaluation
import Glibc
import Synchronization
import Terminal

extension Console {
  /// The pager from the environment: `RETORT_PAGER`, else `PAGER`, else `less`; nil if no pager is to be used.
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

  /// Starts a pager; if that fails, the text is written to the terminal.
  private func start(_ command: String) -> Pager? {
    guard let process = PagerProcess(command: command) else { return nil }
    let sent = Mutex<[UInt8]>([])
    let feed = Self.door { bytes in
      sent.withLock { if $0.count < 1 << 20 { $0 += bytes } }
      return process.write(bytes)
    }
    return Pager(write: feed) {
      let status = await process.finish()
      guard status == 126 || status == 127 else { return }
      _ = write(sent.withLock { $0 })
      note("note: the pager can't be run: \(command); set RETORT_PAGER to another command, or to \"\" for no pager\n")
    }
  }
}
