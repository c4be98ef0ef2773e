import Glibc

/// One entry of a tape: the kind of a value, the offset of the value in the text, and the length or the end of the
/// value.
///
/// A tape lists all values of a text. A scalar value has one entry. An array or object has an entry, which is followed
/// by the entries of its elements. The entry contains the index after the last element's entries. A member of an object
/// is a string entry for its key, followed by the entries of its value.
struct TapeEntry: Sendable {
  enum Kind: UInt64 {
    case null, no, yes, number, string, array, object
    /// A key that is ignored, because a later member of the object has the same key.
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
  /// The offset of the value in the text; for a string, the offset after the opening quote.
  var offset: Int { Int(bits >> 28 & 0xFFFF_FFFF) }
  /// The length in bytes of a scalar value; for an array or object, the index after its last entry.
  var extent: Int { Int(bits & 0xFFF_FFFF) }

  /// Returns the entry of an array or object, with `index` as the index after its last entry.
  func ending(before index: Int) -> TapeEntry { TapeEntry(kind, offset: offset, extent: index) }

  /// The entry of a key, marked as ignored because a later member has the same key.
  var voided: TapeEntry { TapeEntry(.voidKey, offset: offset, extent: extent, hasEscape: hasEscape) }
}

/// The entries of a tape, to which a parser appends.
///
/// The parser owns the entries first, and the tape later. With one owner at a time, the memory needs no reference
/// count. All indices come from the entries themselves, so an access needs no bounds check.
@safe struct TapeEntries: ~Copyable, @unchecked Sendable {
  private var base: UnsafeMutablePointer<TapeEntry>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    unsafe base = Self.allocate(capacity)
    self.capacity = capacity
  }

  deinit { unsafe free(base) }

  /// Returns memory for a number of entries.
  ///
  /// `malloc` is faster than `UnsafeMutablePointer.allocate`, which calls `aligned_alloc` in glibc.
  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<TapeEntry> {
    guard let memory = unsafe malloc(capacity * MemoryLayout<TapeEntry>.stride) else {
      preconditionFailure("out of memory")
    }
    return unsafe memory.bindMemory(to: TapeEntry.self, capacity: capacity)
  }

  subscript(index: Int) -> TapeEntry {
    @inline(__always) get { unsafe base[index] }
    @inline(__always) set { unsafe base[index] = newValue }
  }

  @inline(__always) mutating func append(_ entry: TapeEntry) {
    if count == capacity { grow() }
    unsafe base[count] = entry
    count += 1
  }

  /// Removes all entries, but keeps their memory for new entries.
  mutating func removeAll() { count = 0 }

  private mutating func grow() {
    let larger = unsafe Self.allocate(2 * capacity)
    unsafe larger.update(from: base, count: count)
    unsafe free(base)
    unsafe base = larger
    capacity *= 2
  }

  /// Returns the index of the value that follows the value at `index`.
  @inline(__always) func next(after index: Int) -> Int {
    let entry = self[index]
    return entry.isContainer ? entry.extent : index + 1
  }
}
