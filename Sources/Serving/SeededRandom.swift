/// A generator of pseudorandom numbers (SplitMix64) for one request.
///
/// The random numbers depend only on the seed, the queue and the number of the request. The faults of a request
/// therefore do not depend on which worker answers the request, or when.
struct SeededRandom {
  private var state: UInt64

  /// Creates the generator for a request to a queue.
  ///
  /// `request` is the number of the request in the queue, counted from 1.
  init(seed: UInt64, queue: String, request: Int) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in queue.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    state = seed
    state = next() ^ hash
    state = next() ^ UInt64(bitPattern: Int64(request))
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Returns a number from 0 up to, but not including, 1.
  mutating func share() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
