import Evaluation
import Formats
import Glibc
import JSONText
import Language
import Redaction
import Synchronization
import Terminal

/// The streams of the program: the output for results, the output for notes, and the input.
///
/// All output to a terminal passes through the functions of the console. The functions escape characters that control
/// the terminal or mislead a reader, as `TerminalSafeText` does. Output to a pipe or a file stays unchanged.
///
/// Results can go to a terminal while notes go to a file, or the other way round.
public struct Console: Sendable {
  /// Writes results; returns false if the reader of the output has closed the pipe.
  public let write: @Sendable ([UInt8]) -> Bool
  /// Writes notes, warnings and errors.
  public let note: @Sendable (String) -> Void
  /// Writes text to the output for notes, unchanged.
  ///
  /// The text may contain control sequences that the program itself writes. The caller must escape all other data in
  /// the text.
  public let draw: @Sendable (String) -> Void
  /// Whether the output for results is a terminal.
  public let isTerminal: Bool
  /// Whether the output for notes is a terminal.
  public let showsNotes: Bool
  /// Returns the number of columns of the terminal for results.
  public var columns: @Sendable () -> Int
  /// Returns the width, in columns, of the terminal that shows the notes.
  public var noteColumns: @Sendable () -> Int
  /// Returns the height, in lines, of the terminal that shows the results.
  public var rows: @Sendable () -> Int
  /// Whether the program can ask the user questions: standard input and standard error are terminals.
  public var isInteractive: Bool
  /// Shows a text as the progress line, which disappears at the next output.
  ///
  /// If the text is nil, the function removes the progress line. The property is nil if notes do not go to a terminal.
  public var status: (@Sendable (String?) -> Void)?
  /// Discards everything that the user has typed so far, before the program asks a question.
  public var discardTyped: @Sendable () -> Void
  /// Reads the user's answer; returns nil at the end of the input, or if the task is cancelled.
  ///
  /// The function calls `ask` to write the question, and calls it again when the program continues after Ctrl-Z.
  public var answer: @Sendable (_ ask: @escaping @Sendable () -> Void) async -> String?

  /// Reads a line, such as a password, that the terminal does not show while the user types.
  ///
  /// The function calls `ask` to write the question, and calls it again when the program continues after Ctrl-Z. It
  /// returns nil at the end of the input, or if the task is cancelled.
  public var secret: @Sendable (_ ask: @escaping @Sendable () -> Void) async -> String?

  /// Creates a console from functions, for tests.
  public init(
    write: @escaping @Sendable ([UInt8]) -> Bool, note: @escaping @Sendable (String) -> Void,
    isTerminal: Bool = false, showsNotes: Bool = false, columns: @escaping @Sendable () -> Int = { 80 },
    noteColumns: @escaping @Sendable () -> Int = { 80 },
    rows: @escaping @Sendable () -> Int = { 24 },
    isInteractive: Bool = false, status: (@Sendable (String?) -> Void)? = nil,
    discardTyped: @escaping @Sendable () -> Void = {},
    answer: @escaping @Sendable (_ ask: @escaping @Sendable () -> Void) async -> String? = { _ in nil },
    secret: @escaping @Sendable (_ ask: @escaping @Sendable () -> Void) async -> String? = { _ in nil }
  ) {
    self.write = isTerminal ? Self.door(write) : write
    self.note = showsNotes ? Self.door(note, noteColumns) : note
    draw = note
    self.isTerminal = isTerminal
    self.showsNotes = showsNotes
    self.columns = columns
    self.noteColumns = noteColumns
    self.rows = rows
    self.isInteractive = isInteractive
    self.status = status
    self.discardTyped = discardTyped
    self.answer = answer
    self.secret = secret
  }

  /// Escapes results for a terminal, piece by piece.
  ///
  /// The object can escape a character whose bytes are divided between two pieces.
  private final class TerminalResultEscaper: Sendable {
    private let bytes = Mutex(TerminalByteEscaper())

    func visible(_ piece: [UInt8]) -> [UInt8] { bytes.withLock { $0.visible(piece) } }
  }

  /// Returns a function that escapes results for a terminal, and passes the escaped bytes to `write`.
  static func door(_ write: @escaping @Sendable ([UInt8]) -> Bool) -> @Sendable ([UInt8]) -> Bool {
    let passage = TerminalResultEscaper()
    return { write(passage.visible($0)) }
  }

  /// Returns a function that escapes and wraps notes for a terminal, and passes the text to `note`.
  ///
  /// The function wraps lines that are longer than the terminal is wide.
  private static func door(
    _ note: @escaping @Sendable (String) -> Void, _ columns: @escaping @Sendable () -> Int
  ) -> @Sendable (String) -> Void {
    { note(LineWrapping.wrapped(TerminalSafeText.visible($0), to: columns())) }
  }

  /// Writes a line to the output for notes, without wrapping a long line.
  func show(unbroken line: String) { draw((showsNotes ? TerminalSafeText.visible(line) : line) + "\n") }

  /// Writes a line of JSON to the results.
  ///
  /// On a terminal, control characters become JSON escapes such as `\u001b`, so that the line is still valid JSON.
  func write(json: JSONValue) {
    _ = write(
      isTerminal ? Array((TerminalSafeText.json(json.text) + "\n").utf8) : json.encoded() + [UInt8(ascii: "\n")])
  }

  /// The console of standard output, standard error and standard input.
  public static let standard = Console(
    write: { writeResult($0) }, note: { writeNote($0) },
    isTerminal: TerminalProperties.isTerminal(1), showsNotes: TerminalProperties.isTerminal(2),
    columns: { TerminalProperties.columns(of: 1) },
    noteColumns: { TerminalProperties.columns(of: 2) },
    rows: { TerminalProperties.rows(of: 1) },
    isInteractive: TerminalProperties.isTerminal(0) && TerminalProperties.isTerminal(2),
    status: TerminalProperties.isTerminal(2) ? StatusLine.standard.show : nil,
    discardTyped: { AnswerReader.discardTyped() }, answer: { await AnswerReader.line(asking: $0) },
    secret: { await AnswerReader.secret(asking: $0) })

  private static func writeResult(_ bytes: [UInt8]) -> Bool {
    StatusLine.standard.remove(before: bytes)
    return write(bytes, to: 1)
  }

  private static func writeNote(_ text: String) {
    StatusLine.standard.remove()
    _ = write(Array(text.utf8), to: 2)
  }

  /// The error code of a failed write to standard output.
  ///
  /// The value is 0 if no write has failed, or if the reader closed the pipe.
  private static let failure = Atomic<Int32>(0)

  /// The reason why a write to standard output failed, such as `No space left on device`.
  ///
  /// The value is nil if no write failed, or if the reader closed the pipe.
  static var failureText: String? {
    let code = failure.load(ordering: .relaxed)
    switch code {
    case 0: return nil
    case EBADF: return "it is closed"
    default: return unsafe String(cString: strerror(code))
    }
  }

  /// Writes all bytes to a descriptor.
  ///
  /// - Returns: False if a write fails, or if the run is stopped while the function waits for a slow reader.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    if let stream = NonHangingStandardStream.of(descriptor) {
      let code = stream.write(bytes)
      if descriptor == 1, ![0, EPIPE, ECANCELED].contains(code) { failure.store(code, ordering: .relaxed) }
      return code == 0
    }
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&entry, 1, -1)
        continue
      }
      guard count > 0 else { return false }
      offset += count
    }
    return true
  }
}

extension Console {
  /// Writes the usage of a command, such as `retort trust [FILE ...]`, if `words` are `--help` or `-h`.
  ///
  /// - Returns: Whether the function wrote the usage.
  func showsUsage(_ usage: String, for words: [String]) -> Bool {
    guard words == ["--help"] || words == ["-h"] else { return false }
    _ = write(Array("USAGE: \(usage)\n".utf8))
    return true
  }
}
