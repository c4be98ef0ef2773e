import JSONText
import Redaction
import Synchronization
import Values

/// Where results go: bytes, gathered and handed on in pieces.
public final class Output: Sendable {
  private let pending = Mutex<[UInt8]>([])
  /// Hands bytes on; nil where all stays here until it is taken.
  private let write: (@Sendable ([UInt8]) -> Bool)?
  /// Whether results go to a terminal, as tables.
  public let isTerminal: Bool
  /// How many columns the terminal has now.
  public let columns: @Sendable () -> Int
  /// How many lines the terminal has now.
  public let rows: @Sendable () -> Int

  /// Creates an output.
  ///
  /// `write` returns false where the reader has gone.
  public init(
    isTerminal: Bool = false, columns: @escaping @Sendable () -> Int = { 80 },
    rows: @escaping @Sendable () -> Int = { 24 }, write: @escaping @Sendable ([UInt8]) -> Bool
  ) {
    self.isTerminal = isTerminal
    self.columns = columns
    self.rows = rows
    self.write = write
  }

  /// Creates an output for the same reader that keeps what is written.
  init(gatheringFor other: Output) {
    (isTerminal, columns, rows, write) = (other.isTerminal, other.columns, other.rows, nil)
  }

  /// Creates an output of the same size whose bytes go elsewhere.
  init(likeTerminal other: Output, write: @escaping @Sendable ([UInt8]) -> Bool) {
    (isTerminal, columns, rows, self.write) = (other.isTerminal, other.columns, other.rows, write)
  }

  /// What was written to an output that keeps it.
  func taken() -> [UInt8] {
    pending.withLock { pending in
      defer { pending = [] }
      return pending
    }
  }

  /// Adds bytes; what is gathered goes out when it is over 64 kB.
  ///
  /// - Throws: where the reader has gone, the quiet end of the run.
  func put(_ bytes: [UInt8]) throws(Fault) {
    let full = pending.withLock { pending -> [UInt8]? in
      pending.append(contentsOf: bytes)
      guard write != nil, pending.count > 65536 else { return nil }
      defer { pending = [] }
      return pending
    }
    if let full, let write, !write(full) { throw Fault(.closed, "standard output was closed") }
  }

  /// Adds JSON on a line.
  func put(json: JSONValue) throws(Fault) { try put(json: json.encoded() + [UInt8(ascii: "\n")]) }

  /// Adds a piece of JSON, which at a terminal stays JSON: what would steer the terminal becomes JSON's own escapes.
  func put(json bytes: [UInt8]) throws(Fault) {
    try put(isTerminal ? Array(TerminalText.json(String(decoding: bytes, as: UTF8.self)).utf8) : bytes)
  }

  /// Adds what `print` shows of a value: text as it is, all else as JSON.
  func put(printed value: Value) throws(Fault) {
    let text = try value.interpolated()
    if case .string = value { try put(line: text) } else { try put(json: Array((text + "\n").utf8)) }
  }

  /// Adds a line.
  func put(line: String) throws(Fault) { try put(Array((line + "\n").utf8)) }

  /// Hands on what is gathered where a person waits for it.
  ///
  /// - Throws: where the reader has gone, the quiet end of the run.
  func showAtTerminal() throws(Fault) {
    if isTerminal, !flush() { throw Fault(.closed, "standard output was closed") }
  }

  /// Hands on what is gathered; false where the reader has gone.
  @discardableResult public func flush() -> Bool {
    guard let write else { return true }
    let rest = taken()
    return rest.isEmpty || write(rest)
  }
}
