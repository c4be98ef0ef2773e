/// Finds the name that a user probably meant when the user misspelled a name.
enum NearestName {
  /// Returns the name with the smallest edit distance to `name`; nil if no name is similar enough.
  ///
  /// A name is similar enough if its distance is at most 2, or at most a third of the length of `name`.
  static func of(_ name: String, among names: [String]) -> String? {
    let distances = names.map { (name: $0, distance: distance(Array(name), Array($0))) }
    guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    return nearest.distance <= max(2, name.count / 3) ? nearest.name : nil
  }

  /// Returns the Levenshtein distance of two texts.
  ///
  /// The distance is the minimum number of insertions, deletions and replacements of characters.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var previous = Array(0...right.count)
    for (row, character) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        let substitution = previous[column] + (character == other ? 0 : 1)
        current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous.last ?? left.count
  }
}
