/// A histogram of request durations, for percentiles with an error of about 10 %.
public struct LatencyHistogram: Sendable {
  /// The number of durations in each bucket.
  ///
  /// The buckets cover the range from a microsecond to an hour. Each doubling of the duration has eight buckets, such
  /// as the range from 1024 to 2048 microseconds.
  private var buckets = [UInt32](repeating: 0, count: 256)
  /// The number of added durations.
  public private(set) var count = 0

  /// Creates an empty histogram.
  public init() {}

  /// Adds a duration.
  public mutating func add(_ duration: Duration) {
    buckets[Self.bucket(duration)] += 1
    count += 1
  }

  /// Returns a percentile of the durations, such as the 95th percentile for a `share` of 0.95; nil for an empty
  /// histogram.
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

  private static func bucket(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    let micros = max(1, Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000))
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
