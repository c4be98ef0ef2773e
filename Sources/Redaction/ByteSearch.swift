extension [UInt8] {
  /// Whether this text contains the bytes of a word as one contiguous run.
  package func contains(word: [UInt8]) -> Bool {
    guard let first = word.first else { return true }
    return indices.dropLast(word.count - 1).contains { start in
      self[start] == first && self[start..<start + word.count].elementsEqual(word)
    }
  }
}
