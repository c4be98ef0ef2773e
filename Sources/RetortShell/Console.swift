import Evaluation
import Glibc
import Synchronization
import Terminal

/// The streams of the program: where results go, where notes go, where statements come from.
public struct Console: Sendable {
  /// Writes results; false where the reader has gone.
  public var write: @Sendable ([UInt8]) -> Bool
  /// Writes notes, warnings and errors.
  public var note: @Sendable (String) -> Void
  /// Whether results go to a terminal.
  public var isTerminal: Bool
  /// How many columns the terminal has.
  public var columns: @Sendable () -> Int
  /// Whether a person can be asked: standard input and error are terminals.
  public var isInteractive: Bool
  /// Reads a line of a person's answer; nil where there is none, and at once where the task is cancelled.
  public var answer: @Sendable () async -> String?

  /// Creates a console of functions, as tests do.
  public init(
    write: @escaping @Sendable ([UInt8]) -> Bool, note: @escaping @Sendable (String) -> Void,
    isTerminal: Bool = false, columns: @escaping @Sendable () -> Int = { 80 }, isInteractive: Bool = false,
    answer: @escaping @Sendable () async -> String? = { nil }
  ) {
    self.write = write
    self.note = note
    self.isTerminal = isTerminal
    self.columns = columns
    self.isInteractive = isInteractive
    self.answer = answer
  }

  /// Standard output, error and input.
  public static let standard = Console(
    write: { Self.write($0, to: 1) }, note: { _ = Self.write(Array($0.utf8), to: 2) },
    isTerminal: Screen.isTerminal(1), columns: { Screen.columns(of: 1) },
    isInteractive: Screen.isTerminal(0) && Screen.isTerminal(2), answer: { await Answer.line() })

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
