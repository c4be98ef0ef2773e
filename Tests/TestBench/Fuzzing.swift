import Foundation

/// Functions for tests that try many random mutations of an input.
public enum Fuzzing {
  /// The time at which a test stops trying further random cases.
  ///
  /// The time is `RETORT_FUZZ_SECONDS` from now. Without this environment variable, the time is now.
  public static var end: ContinuousClock.Instant {
    let seconds = ProcessInfo.processInfo.environment["RETORT_FUZZ_SECONDS"].flatMap(Int.init) ?? 0
    return .now + .seconds(seconds)
  }

  /// Makes one random mutation of a JSON text.
  ///
  /// The mutation inserts a piece, removes some bytes, replaces a byte, or replaces the value of a member.
  public static func mutate(
    json bytes: inout [UInt8], values: [String], pieces: [String], _ random: inout SeededNumbers
  ) {
    let place = random.below(bytes.count + 1)
    switch random.below(8) {
    case 0: bytes.insert(contentsOf: pieces[random.below(pieces.count)].utf8, at: place)
    case 1: bytes.removeSubrange(place..<min(bytes.count, place + random.below(20)))
    case 2: if place < bytes.count { bytes[place] = UInt8(random.below(256)) }
    default:
      guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")) else { return }
      let end = bytes[(colon + 1)...].firstIndex { ",}]".utf8.contains($0) } ?? bytes.count
      bytes.replaceSubrange((colon + 1)..<end, with: values[random.below(values.count)].utf8)
    }
  }
}
