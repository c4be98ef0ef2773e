/// An index of the lines at the beginning of a file of failed elements.
struct FailedElementIndex {
  /// The length of the indexed part of the file.
  var end = 0
  /// The indexed lines that are still in the file, by their positions.
  private var lines: [Int: FailedElementLine] = [:]
  // The positions of the lines, by their hashes.
  private var records: [Int: [Int]] = [:]
  private var changes: [Int: [Int]] = [:]
  private var sources: [Int: [Int]] = [:]

  /// Whether the index has no line.
  var isEmpty: Bool { lines.isEmpty }

  /// Adds lines, which must follow the indexed lines.
  mutating func add(_ added: [FailedElementLine]) {
    for line in added {
      let position = line.range.lowerBound
      lines[position] = line
      records[line.recordHash, default: []].append(position)
      if let hash = line.changeHash { changes[hash, default: []].append(position) }
      sources[line.sourceHash, default: []].append(position)
      end = line.range.upperBound
    }
  }

  /// Whether the index contains a line.
  func contains(_ line: FailedElementLine) -> Bool { lines[line.range.lowerBound] != nil }

  /// Returns the number of lines before a position.
  func count(before position: Int) -> Int { lines.count { $0.key < position } }

  /// Removes the line at a position, if the index contains it.
  mutating func removeLine(at position: Int) { lines[position] = nil }

  /// Takes a line with a record; returns its bytes, or nil without this line.
  mutating func takeLine(record hash: Int) -> Range<Int>? { take(\.records, hash, before: .max) }

  /// Takes a line with a change, before a position in the file; returns its bytes, or nil without this line.
  mutating func takeLine(change hash: Int, before position: Int) -> Range<Int>? {
    take(\.changes, hash, before: position)
  }

  /// Takes a line with an original element, before a position in the file; returns its bytes, or nil without this line.
  ///
  /// Before the position `unread`, only lines without a change count.
  mutating func takeLine(source hash: Int, before position: Int, unread: Int) -> Range<Int>? {
    while let first = sources[hash]?.first, lines[first] == nil { sources[hash]?.removeFirst() }
    let found = sources[hash]?.first { place in
      guard let line = lines[place] else { return false }
      return place < position || place < unread && line.changeHash == nil
    }
    return found.flatMap { lines.removeValue(forKey: $0)?.range }
  }

  private mutating func take(
    _ positions: WritableKeyPath<Self, [Int: [Int]]>, _ hash: Int, before end: Int
  ) -> Range<Int>? {
    while let position = self[keyPath: positions][hash]?.first, position < end {
      self[keyPath: positions][hash]?.removeFirst()
      if self[keyPath: positions][hash]?.isEmpty ?? false { self[keyPath: positions][hash] = nil }
      // The line can have been taken by its other hash.
      if let line = lines.removeValue(forKey: position) { return line.range }
    }
    return nil
  }
}
