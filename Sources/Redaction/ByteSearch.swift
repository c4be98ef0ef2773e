extension [UInt8] {
  /// Whether the bytes contain the bytes of a word, one directly after another.
  package func contains(word: [UInt8]) -> Bool {
    guard let first = word.first else { return true }
    return indices.dropLast(word.count - 1).contains { start in
      self[start] == first && self[start..<start + word.count].elementsEqual(word)
    }
  }
}
