import Synchronization
import Values

/// Where results go: bytes, gathered and handed on in pieces.
public final class Output: Sendable {
  private let pending = Mutex<[UInt8]>([])
  private let write: @Sendable ([UInt8]) -> Bool
  /// Whether results go to a terminal, as tables.
  public let isTerminal: Bool
  /// How many columns the terminal has now.
  public let columns: @Sendable () -> Int

  /// Creates an output.
  ///
  /// `write` returns false where the reader has gone.
  public init(
    isTerminal: Bool = false, columns: @escaping @Sendable () -> Int = { 80 },
    write: @escaping @Sendable ([UInt8]) -> Bool
  ) {
    self.isTerminal = isTerminal
    self.columns = columns
    self.write = write
  }

  /// Adds bytes; what is gathered goes out when it is over 64 kB.
  ///
  /// - Throws: where the reader has gone, the quiet end of the run.
  func put(_ bytes: [UInt8]) throws(Fault) {
    let full = pending.withLock { pending -> [UInt8]? in
      pending.append(contentsOf: bytes)
      guard pending.count > 65536 else { return nil }
      defer { pending = [] }
      return pending
    }
    if let full, !write(full) { throw Fault(.closed, "standard output was closed") }
  }

  /// Adds a line.
  func put(line: String) throws(Fault) { try put(Array((line + "\n").utf8)) }

  /// Hands on what is gathered; false where the reader has gone.
  @discardableResult public func flush() -> Bool {
    let rest = pending.withLock { pending in
      defer { pending = [] }
      return pending
    }
    return rest.isEmpty || write(rest)
  }
}

extension Fault.Kind {
  /// Standard output was closed by its reader: the run ends quietly.
  static let closed = Self("closed")
}
