/// Returns the word of `known` that is most similar to a misspelt word; nil if no word is similar enough.
///
/// The distance between words counts insertions, removals, replacements and swaps of adjacent characters
/// (Damerau-Levenshtein). Up to a third of the characters can differ. In a word of fewer than six characters, one
/// character can differ. Among equally similar words, a word that begins with the misspelt word wins: `show` for `sho`.
public func nearest(to word: String, among known: [String]) -> String? {
  let letters = Array(word.lowercased())
  guard letters.count > 1 else { return nil }
  let limit = max(1, letters.count / 3)
  var best: (word: String, distance: Int)?
  for candidate in Set(known).sorted() where candidate != word && candidate != "_" {
    let other = Array(candidate.lowercased())
    guard abs(other.count - letters.count) <= limit else { continue }
    let distance = editDistance(letters, other)
    guard distance <= limit else { continue }
    guard let known = best, distance >= known.distance else {
      best = (candidate, distance)
      continue
    }
    if distance == known.distance, other.starts(with: letters), !known.word.lowercased().hasPrefix(word.lowercased()) {
      best = (candidate, distance)
    }
  }
  return best?.word
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var before: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      let replaced = last[j] + (a[i] == b[j] ? 0 : 1)
      var cost = min(replaced, row[j] + 1, last[j + 1] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
      row.append(cost)
    }
    (before, last) = (last, row)
  }
  return last[b.count]
}
