import Synchronization

/// Whether the worker may still carry out the chunks that one connection delivered.
///
/// The broker gives these chunks to other workers when the connection ends, or when the worker was frozen for too long.
final class DeliveredChunkValidity: Sendable {
  private let freezeDetector: ProcessFreezeDetector
  /// The number of freezes before the connection began.
  private let freezes: Int
  private let hasEnded = Atomic(false)

  /// Creates the validity of the deliveries on a connection that begins now.
  init(_ freezeDetector: ProcessFreezeDetector) {
    self.freezeDetector = freezeDetector
    freezes = freezeDetector.freezes()
  }

  /// Whether the connection exists, and the process was not frozen since the connection began.
  var isValid: Bool { !hasEnded.load(ordering: .relaxed) && freezeDetector.freezes() == freezes }

  /// Records that the connection has ended.
  func end() { hasEnded.store(true, ordering: .relaxed) }
}
