/// A histogram of request durations, for percentiles with an error of about 10 %.
public struct LatencyHistogram: Sendable {
  /// The number of durations in each bucket.
  ///
  /// The buckets cover the range from a microsecond to an hour. The range from each power of two to the next, such as
  /// from 1024 to 2048 microseconds, has eight buckets.
  private var buckets = [UInt32](repeating: 0, count: 256)
  /// The number of added durations.
  public private(set) var count = 0

  /// Creates an empty histogram.
  public init() {}

  /// Adds a duration.
  public mutating func add(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    add(microseconds: Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000))
  }

  /// Adds a duration in microseconds.
  package mutating func add(microseconds: Int) {
    buckets[Self.bucket(microseconds)] += 1
    count += 1
  }

  /// Adds the durations of another histogram.
  mutating func add(_ other: LatencyHistogram) {
    for index in buckets.indices { buckets[index] += other.buckets[index] }
    count += other.count
  }

  /// Returns a percentile of the durations; nil for an empty histogram.
  ///
  /// `share` is a number from 0 to 1. For example, 0.95 gives the 95th percentile: 95 % of the durations are not
  /// longer.
  public func percentile(_ share: Double) -> Duration? {
    guard count > 0 else { return nil }
    let wanted = max(1, (Double(count) * share).rounded(.up))
    var seen = 0
    for (index, bucket) in buckets.enumerated() {
      seen += Int(bucket)
      if Double(seen) >= wanted { return Self.duration(index) }
    }
    return nil
  }

  private static func bucket(_ microseconds: Int) -> Int {
    let micros = max(1, microseconds)
    let power = Int.bitWidth - 1 - micros.leadingZeroBitCount
    let part = power < 3 ? 0 : (micros >> (power - 3)) & 7
    return min(255, power * 8 + part)
  }

  /// Returns the duration in the middle of a bucket's range.
  private static func duration(_ index: Int) -> Duration {
    let (power, part) = (index / 8, index % 8)
    return .microseconds(Double(1 << power) * (1 + (Double(part) + 0.5) / 8))
  }
}
