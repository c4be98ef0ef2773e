/// One entry of a tape, the list of a text's values: the kind of a value, its offset in the text, and its end.
///
/// A scalar value is one entry. A container's entry contains the index after its last element, and is followed by the
/// entries of its elements; in an object, each member is a string entry and the entries of its value.
struct TapeEntry: Sendable {
  enum Kind: UInt64 {
    case null, no, yes, number, string, array, object
    /// The key of a member that is ignored, because a later member has the same key.
    case voidKey
  }

  private var bits: UInt64

  /// The maximum size of a text that a tape can describe, in bytes.
  static let textLimit = 1 << 28

  @inline(__always) init(_ kind: Kind, offset: Int, extent: Int, hasEscape: Bool = false) {
    bits =
      kind.rawValue << 61 | (hasEscape ? 1 << 60 : 0) | UInt64(truncatingIfNeeded: offset) << 28
      | UInt64(truncatingIfNeeded: extent)
  }

  var kind: Kind { Kind(rawValue: bits >> 61) ?? .null }
  /// Whether the value is an array or an object.
  var isContainer: Bool { bits >> 61 &- Kind.array.rawValue < 2 }
  var hasEscape: Bool { bits & 1 << 60 != 0 }
  /// The offset of the value's text; for a string, the offset after its opening quote.
  var offset: Int { Int(bits >> 28 & 0xFFFF_FFFF) }
  /// The length in bytes of a number or string; for a container, the index after its last entry.
  var extent: Int { Int(bits & 0xFFF_FFFF) }

  /// Returns the same container, with the index after its last entry.
  func ending(before index: Int) -> TapeEntry { TapeEntry(kind, offset: offset, extent: index) }

  /// The same key, marked as ignored.
  var voided: TapeEntry { TapeEntry(.voidKey, offset: offset, extent: extent, hasEscape: hasEscape) }
}

/// The entries of a tape; new entries are appended.
///
/// The entries have one owner at a time, first the parser and then the tape, so they need no reference count. Indices
/// come only from entries, so they need no bounds checks.
@safe struct TapeEntries: ~Copyable, @unchecked Sendable {
  private var base: UnsafeMutablePointer<TapeEntry>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    unsafe base = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  deinit { unsafe base.deallocate() }

  subscript(index: Int) -> TapeEntry {
    @inline(__always) get { unsafe base[index] }
    @inline(__always) set { unsafe base[index] = newValue }
  }

  @inline(__always) mutating func append(_ entry: TapeEntry) {
    if count == capacity { grow() }
    unsafe base[count] = entry
    count += 1
  }

  /// Removes all entries, and keeps the memory.
  mutating func removeAll() { count = 0 }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<TapeEntry>.allocate(capacity: 2 * capacity)
    unsafe larger.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = larger
    capacity *= 2
  }

  /// Returns the index of the value after the one at `index`.
  @inline(__always) func next(after index: Int) -> Int {
    let entry = self[index]
    return entry.isContainer ? entry.extent : index + 1
  }
}
