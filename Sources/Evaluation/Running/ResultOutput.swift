import JSONText
import Redaction
import Synchronization
import Values

/// The output for results, which collects bytes in a buffer before it writes them.
public final class ResultOutput: Sendable {
  private let pending = Mutex<[UInt8]>([])
  /// A function that writes bytes; nil for an output that keeps all bytes until a call of `taken()`.
  private let write: (@Sendable ([UInt8]) -> Bool)?
  /// Whether the output writes bytes immediately, without the buffer.
  ///
  /// If the value is true, the run notices a closed output before it sends the next change.
  private let isImmediate = Atomic(false)
  /// A function that returns the reason why the last write failed, such as a full disk.
  ///
  /// It returns nil if no write failed, or if the reader closed the output.
  let failure: @Sendable () -> String?
  /// Whether the output is a terminal, which shows results as tables.
  public let isTerminal: Bool
  /// A function that returns the current number of columns of the terminal.
  public let columns: @Sendable () -> Int
  /// A function that returns the current number of lines of the terminal.
  public let rows: @Sendable () -> Int

  /// Creates an output.
  ///
  /// - Parameters:
  ///   - isTerminal: Whether the output is a terminal, which shows results as tables.
  ///   - columns: A function that returns the current number of columns.
  ///   - rows: A function that returns the current number of lines.
  ///   - failure: A function that returns the reason why a write failed; nil if the reader closed the output.
  ///   - write: A function that writes bytes, and returns false if the write fails.
  public init(
    isTerminal: Bool = false, columns: @escaping @Sendable () -> Int = { 80 },
    rows: @escaping @Sendable () -> Int = { 24 }, failure: @escaping @Sendable () -> String? = { nil },
    write: @escaping @Sendable ([UInt8]) -> Bool
  ) {
    self.failure = failure
    self.isTerminal = isTerminal
    self.columns = columns
    self.rows = rows
    self.write = write
  }

  /// Creates an output that keeps all bytes until a call of `taken()`.
  ///
  /// If `other` is a terminal, the new output counts as a terminal of the same size.
  init(gatheringFor other: ResultOutput) {
    (isTerminal, columns, rows, write) = (other.isTerminal, other.columns, other.rows, nil)
    failure = { nil }
  }

  /// Creates an output that writes bytes with the given function.
  ///
  /// If `other` is a terminal, the new output counts as a terminal of the same size.
  init(likeTerminal other: ResultOutput, write: @escaping @Sendable ([UInt8]) -> Bool) {
    (isTerminal, columns, rows, self.write) = (other.isTerminal, other.columns, other.rows, write)
    failure = { nil }
  }

  /// Removes the bytes from the buffer, and returns them.
  func taken() -> [UInt8] {
    pending.withLock { pending in
      defer { pending = [] }
      return pending
    }
  }

  /// Sets whether the output writes bytes immediately, as during a statement that changes data.
  func setImmediate(_ isImmediate: Bool) { self.isImmediate.store(isImmediate, ordering: .relaxed) }

  /// Adds bytes to the buffer.
  ///
  /// The output writes the buffer when the buffer exceeds 64 kB. During a statement that changes data, the output
  /// writes immediately.
  ///
  /// - Throws: A `closed` error if the reader has closed the output, or `interrupted` if the task is cancelled.
  func put(_ bytes: [UInt8]) throws(Fault) {
    let full = pending.withLock { pending -> [UInt8]? in
      pending.append(contentsOf: bytes)
      let limit = isImmediate.load(ordering: .relaxed) ? 0 : 65536
      guard write != nil, pending.count > limit else { return nil }
      defer { pending = [] }
      return pending
    }
    if let full, let write, !write(full) { throw Self.ended }
  }

  /// The error of a failed write: `closed`, or `interrupted` if the task is cancelled.
  private static var ended: Fault {
    Task.isCancelled ? Fault(.interrupted, "interrupted") : Fault(.closed, "standard output was closed")
  }

  /// Adds a JSON value and a newline.
  func put(json: JSONValue) throws(Fault) { try put(json: json.encoded() + [UInt8(ascii: "\n")]) }

  /// Adds a piece of JSON text; at a terminal, JSON escapes replace control characters.
  func put(json bytes: [UInt8]) throws(Fault) {
    try put(isTerminal ? Array(TerminalSafeText.json(String(decoding: bytes, as: UTF8.self)).utf8) : bytes)
  }

  /// Adds a value as `print` shows it: text without quotes, and any other value as JSON.
  ///
  /// At a terminal, the text of a duration is rounded.
  func put(printed value: Value) throws(Fault) {
    if isTerminal, case .duration(let duration) = value { return try put(line: duration.shown) }
    let text = try value.interpolated()
    if case .string = value { try put(line: text) } else { try put(json: Array((text + "\n").utf8)) }
  }

  /// Adds a text and a newline.
  func put(line: String) throws(Fault) { try put(Array((line + "\n").utf8)) }

  /// Writes the buffer if the output is a terminal; otherwise does nothing.
  ///
  /// - Throws: A `closed` error if the reader has closed the output, or `interrupted` if the task is cancelled.
  func showAtTerminal() throws(Fault) {
    if isTerminal, !flush() { throw Self.ended }
  }

  /// Writes the buffer; returns false if the write fails, for example because the reader has closed the output.
  @discardableResult public func flush() -> Bool {
    guard let write else { return true }
    let rest = taken()
    return rest.isEmpty || write(rest)
  }
}
