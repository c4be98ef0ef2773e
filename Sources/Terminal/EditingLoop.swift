internal import CReadline
internal import Glibc

/// The loop that runs on the line editor's thread.
///
/// The loop handles keys from the terminal, and messages from other threads.
final class EditingLoop {
  private typealias LineRequest = (prompt: LinePrompt, continuation: CheckedContinuation<PromptInput, Never>)

  private let mailbox: EditingMailbox
  private let input: Int32
  private let readline: Readline
  /// The callers that wait for a line; the user edits the line for the first caller.
  private var readings: [LineRequest] = []
  /// The signal that makes the program end, such as SIGTERM; nil before its arrival.
  private var stop: TerminationSignal?

  init(mailbox: EditingMailbox, input: Int32, readline: Readline) {
    self.mailbox = mailbox
    self.input = input
    self.readline = readline
  }

  /// Runs the editing loop until the process ends.
  func run() {
    while true {
      let hasKey = waitForKeyOrEvent()
      mailbox.takeAll().forEach(handle)
      if hasKey, !readings.isEmpty, let line = readline.readKey() { finish(line) }
    }
  }

  /// Waits for a key or a message.
  ///
  /// Returns whether a key can be read.
  ///
  /// While no caller waits for a line, the loop reads no keys, because the running statement may read them.
  private func waitForKeyOrEvent() -> Bool {
    var sources = [pollfd(fd: mailbox.bell, events: Int16(POLLIN), revents: 0)]
    if !readings.isEmpty { sources.append(pollfd(fd: input, events: Int16(POLLIN), revents: 0)) }
    guard poll(&sources, nfds_t(sources.count), -1) > 0 else { return false }
    return sources.count > 1 && sources[1].revents != 0
  }

  private func handle(_ event: EditingMailboxMessage) {
    switch event {
    case .read(let prompt, let continuation): read((prompt, continuation))
    case .discard(let continuation): continuation.resume(returning: readings.isEmpty ? readline.discardInput(input) : 0)
    case .notice(let text, let prompt): readline.show(notice: text, prompt: prompt)
    case .remember(let statement): readline.remember(statement)
    case .history(let statements): readline.replaceHistory(with: statements)
    case .signal(let number): signalled(number)
    }
  }

  private func read(_ reading: LineRequest) {
    if let stop { return reading.continuation.resume(returning: .stopped(stop)) }
    readings.append(reading)
    if readings.count == 1 { readline.begin(reading.prompt) }
  }

  private func signalled(_ number: Int32) {
    if let signal = TerminationSignal(rawValue: number), signal != .interrupt { stop = signal }
    guard !readings.isEmpty else { return }
    switch number {
    case SIGWINCH: readline.resize()
    case SIGTSTP: readline.suspend()
    default:
      readline.abandon(signal: number)
      finish(stop.map(PromptInput.stopped) ?? .interrupted)
    }
  }

  private func finish(_ input: PromptInput) {
    readings.removeFirst().continuation.resume(returning: input)
    if let stop {
      for reading in readings { reading.continuation.resume(returning: .stopped(stop)) }
      readings = []
    }
    if let next = readings.first { readline.begin(next.prompt) }
  }
}
