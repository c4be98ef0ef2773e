/// A counter of the signals that a program receives, such as the signal of Ctrl-C.
///
/// One event can deliver a signal twice. For example, `timeout` of GNU coreutils sends its signal to the program, and
/// then also to the program's process group. The counter counts such signals once.
public struct DebouncedSignalCounter: Sendable {
  /// The maximum time between two signals of one event.
  public static let sameEvent = Duration.milliseconds(100)

  /// The number of counted signals.
  public private(set) var count = 0
  private var last: (signal: TerminationSignal, time: ContinuousClock.Instant)?

  /// Creates a counter without signals.
  public init() {}

  /// Counts a signal; returns false if it belongs to the same event as the last counted signal.
  public mutating func add(_ signal: TerminationSignal, at time: ContinuousClock.Instant) -> Bool {
    if let last, last.signal == signal, time - last.time < Self.sameEvent { return false }
    last = (signal, time)
    count += 1
    return true
  }
}
