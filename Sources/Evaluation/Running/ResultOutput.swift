import JSONText
import Redaction
import Synchronization
import Values

/// The output for results, which buffers bytes.
public final class ResultOutput: Sendable {
  private let pending = Mutex<[UInt8]>([])
  /// Writes bytes; nil for an output that keeps all bytes until ``taken()``.
  private let write: (@Sendable ([UInt8]) -> Bool)?
  /// Whether bytes are written immediately, so that a closed output is found before the next change is sent.
  private let isImmediate = Atomic(false)
  /// Returns the reason why the last write failed; nil if none failed, or if the reader closed the output.
  let failure: @Sendable () -> String?
  /// Whether results are shown on a terminal, as tables.
  public let isTerminal: Bool
  /// The current number of columns of the terminal.
  public let columns: @Sendable () -> Int
  /// The current number of lines of the terminal.
  public let rows: @Sendable () -> Int

  /// Creates an output.
  ///
  /// - Parameters:
  ///   - isTerminal: Whether results are shown on a terminal, as tables.
  ///   - columns: Returns the current number of columns.
  ///   - rows: Returns the current number of lines.
  ///   - failure: Returns the reason why a write failed; nil if the reader closed the output.
  ///   - write: Writes bytes; returns false if the write fails.
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

  /// Creates an output of the same kind and size as another output; the new output keeps all bytes until ``taken()``.
  init(gatheringFor other: ResultOutput) {
    (isTerminal, columns, rows, write) = (other.isTerminal, other.columns, other.rows, nil)
    failure = { nil }
  }

  /// Creates an output of the same kind and size as another output; the new output writes with `write`.
  init(likeTerminal other: ResultOutput, write: @escaping @Sendable ([UInt8]) -> Bool) {
    (isTerminal, columns, rows, self.write) = (other.isTerminal, other.columns, other.rows, write)
    failure = { nil }
  }

  /// Removes and returns the kept bytes.
  func taken() -> [UInt8] {
    pending.withLock { pending in
      defer { pending = [] }
      return pending
    }
  }

  /// Sets whether bytes are written immediately, as they are while a statement changes data.
  func setImmediate(_ isImmediate: Bool) { self.isImmediate.store(isImmediate, ordering: .relaxed) }

  /// Adds bytes; the buffer is written when it exceeds 64 kB, or immediately while a statement changes data.
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

  /// The error of a write to an output that its reader has closed; `interrupted` if the task is cancelled.
  private static var ended: Fault {
    Task.isCancelled ? Fault(.interrupted, "interrupted") : Fault(.closed, "standard output was closed")
  }

  /// Adds a line of JSON.
  func put(json: JSONValue) throws(Fault) { try put(json: json.encoded() + [UInt8(ascii: "\n")]) }

  /// Adds a piece of JSON; for a terminal, control characters become JSON's escapes.
  func put(json bytes: [UInt8]) throws(Fault) {
    try put(isTerminal ? Array(TerminalSafeText.json(String(decoding: bytes, as: UTF8.self)).utf8) : bytes)
  }

  /// Adds a value as `print` shows it: text without quotes, any other value as JSON; durations are rounded on a
  /// terminal.
  func put(printed value: Value) throws(Fault) {
    if isTerminal, case .duration(let duration) = value { return try put(line: duration.shown) }
    let text = try value.interpolated()
    if case .string = value { try put(line: text) } else { try put(json: Array((text + "\n").utf8)) }
  }

  /// Adds a line.
  func put(line: String) throws(Fault) { try put(Array((line + "\n").utf8)) }

  /// Writes the buffered output to a terminal.
  ///
  /// - Throws: A `closed` error if the reader has closed the output, or `interrupted` if the task is cancelled.
  func showAtTerminal() throws(Fault) {
    if isTerminal, !flush() { throw Self.ended }
  }

  /// Writes the buffered output; returns false if the reader has closed the output.
  @discardableResult public func flush() -> Bool {
    guard let write else { return true }
    let rest = taken()
    return rest.isEmpty || write(rest)
  }
}
