/// A compact list of the keys of `create` changes, with the indices of their elements.
///
/// Each entry has 16 bytes in addition to the text of its key.
struct PackedCreateKeys: Sendable {
  private var chunks: [[UInt8]] = []
  /// The number of keys.
  private(set) var count = 0
  /// The size of a full chunk of entries, in bytes.
  private static let chunk = 1 << 18

  /// Adds the key of a `create` change and the index of its element.
  mutating func append(_ key: String, at place: Int) {
    if (chunks.last?.count ?? Self.chunk) >= Self.chunk { chunks.append([]) }
    let text = Array(key.utf8)
    for number in [place, text.count] {
      for shift in stride(from: 0, to: 64, by: 8) {
        chunks[chunks.count - 1].append(UInt8(truncatingIfNeeded: number >> shift))
      }
    }
    chunks[chunks.count - 1] += text
    count += 1
  }

  /// Removes one chunk of keys, and returns the keys with the indices of their elements.
  ///
  /// Returns nil if no keys are left.
  mutating func takeSome() -> [(key: String, place: Int)]? {
    guard let chunk = chunks.popLast() else { return nil }
    var (keys, rest): ([(key: String, place: Int)], ArraySlice<UInt8>) = ([], chunk[...])
    func number() -> Int {
      defer { rest = rest.dropFirst(8) }
      return rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    while !rest.isEmpty {
      let (place, length) = (number(), number())
      keys.append((String(decoding: rest.prefix(length), as: UTF8.self), place))
      rest = rest.dropFirst(length)
    }
    count -= keys.count
    return keys
  }
}
