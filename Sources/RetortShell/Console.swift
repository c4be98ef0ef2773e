import Evaluation
import Glibc
import JSONText
import Redaction
import Synchronization
import Terminal

/// The streams of the program: where results go, where notes go, where statements come from.
///
/// This is the last door before a terminal: what a person would be deceived by passes it as escapes only, as
/// `TerminalText`. Results and notes are judged each by where they go; a pipe or a file gets the bytes as they are.
public struct Console: Sendable {
  /// Writes results; false where the reader has gone.
  public let write: @Sendable ([UInt8]) -> Bool
  /// Writes notes, warnings and errors.
  public let note: @Sendable (String) -> Void
  /// Writes text with control sequences of the program's own where notes go; the data in it is visible already.
  public let draw: @Sendable (String) -> Void
  /// Whether results go to a terminal.
  public let isTerminal: Bool
  /// Whether notes go to a terminal.
  public let showsNotes: Bool
  /// How many columns the terminal has.
  public var columns: @Sendable () -> Int
  /// How many lines the terminal has.
  public var rows: @Sendable () -> Int
  /// Whether a person can be asked: standard input and error are terminals.
  public var isInteractive: Bool
  /// Shows how far a statement is on a line that the next output replaces; nil if notes go to no terminal.
  public var status: (@Sendable (String?) -> Void)?
  /// Reads a line of a person's answer; nil where there is none, and at once where the task is cancelled.
  public var answer: @Sendable () async -> String?

  /// Reads a line that the terminal does not show; nil where there is none, and at once where the task is cancelled.
  public var secret: @Sendable () async -> String?

  /// Creates a console of functions, as tests do.
  public init(
    write: @escaping @Sendable ([UInt8]) -> Bool, note: @escaping @Sendable (String) -> Void,
    isTerminal: Bool = false, showsNotes: Bool = false, columns: @escaping @Sendable () -> Int = { 80 },
    rows: @escaping @Sendable () -> Int = { 24 },
    isInteractive: Bool = false, status: (@Sendable (String?) -> Void)? = nil,
    answer: @escaping @Sendable () async -> String? = { nil },
    secret: @escaping @Sendable () async -> String? = { nil }
  ) {
    self.write = isTerminal ? Self.door(write) : write
    self.note = showsNotes ? Self.door(note) : note
    draw = note
    self.isTerminal = isTerminal
    self.showsNotes = showsNotes
    self.columns = columns
    self.rows = rows
    self.isInteractive = isInteractive
    self.status = status
    self.answer = answer
    self.secret = secret
  }

  /// Results on their way to a terminal.
  private final class Passage: Sendable {
    private let bytes = Mutex(TerminalBytes())

    func visible(_ piece: [UInt8]) -> [UInt8] { bytes.withLock { $0.visible(piece) } }
  }

  static func door(_ write: @escaping @Sendable ([UInt8]) -> Bool) -> @Sendable ([UInt8]) -> Bool {
    let passage = Passage()
    return { write(passage.visible($0)) }
  }

  private static func door(_ note: @escaping @Sendable (String) -> Void) -> @Sendable (String) -> Void {
    { note(TerminalText.visible($0)) }
  }

  /// Writes JSON on a line of the results, which at a terminal is JSON too.
  func write(json: JSONValue) {
    _ = write(isTerminal ? Array((TerminalText.json(json.text) + "\n").utf8) : json.encoded() + [UInt8(ascii: "\n")])
  }

  /// Standard output, error and input.
  public static let standard = Console(
    write: { writeResult($0) }, note: { writeNote($0) },
    isTerminal: Screen.isTerminal(1), showsNotes: Screen.isTerminal(2), columns: { Screen.columns(of: 1) },
    rows: { Screen.rows(of: 1) },
    isInteractive: Screen.isTerminal(0) && Screen.isTerminal(2),
    status: Screen.isTerminal(2) ? StatusLine.standard.show : nil, answer: { await Answer.line() },
    secret: { await Answer.secret() })

  private static func writeResult(_ bytes: [UInt8]) -> Bool {
    StatusLine.standard.remove()
    return write(bytes, to: 1)
  }

  private static func writeNote(_ text: String) {
    StatusLine.standard.remove()
    _ = write(Array(text.utf8), to: 2)
  }

  /// Why standard output took no more, where its reader did not just leave; 0 where it did, or where all went well.
  private static let failure = Atomic<Int32>(0)

  /// Why standard output took no more: `No space left on device`.
  static var failureText: String? {
    let code = failure.load(ordering: .relaxed)
    return code == 0 ? nil : unsafe String(cString: strerror(code))
  }

  /// Writes all of some bytes to a descriptor; false where it takes no more.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {  // Another program that has the pipe made it so that a write never waits.
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&entry, 1, -1)
        continue
      }
      guard count > 0 else {
        if descriptor == 1, errno != EPIPE { failure.store(errno, ordering: .relaxed) }
        return false
      }
      offset += count
    }
    return true
  }
}
