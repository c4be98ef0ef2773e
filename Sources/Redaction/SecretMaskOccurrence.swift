/// A mask, `***`, which ``Secrets`` wrote in place of a secret.
///
/// A statement with such a mask comes from the history of the prompt, or from a script that `save` wrote. If the
/// statement ran, it would send the mask as data.
public struct SecretMaskOccurrence: Sendable, Equatable {
  /// The place of the mask, in bytes of UTF-8 from the start of the text.
  public var range: Range<Int>
  /// Whether the mask is the password in the URI of a broker; `connect` asks the user for such a password.
  public var isBrokerPassword: Bool

  /// Finds the masks in a text.
  ///
  /// The function replaces each `***` with letters. If ``Secrets`` hides exactly these letters as a secret, the `***`
  /// is a mask.
  ///
  /// ```swift
  /// SecretMaskOccurrence.all(in: #"update users 1 {password: "***"}"#)   // one, at bytes 27 to 30
  /// SecretMaskOccurrence.all(in: #"print "***""#)                        // none
  /// ```
  public static func all(in text: String) -> [SecretMaskOccurrence] {
    guard text.contains(Secrets.mask) else { return [] }
    let masks = text.utf8.indices(ofRunsOf: UInt8(ascii: "*"), count: Secrets.mask.utf8.count)
    var letters = Array(text.utf8)
    for index in masks.joined() { letters[index] = UInt8(ascii: "x") }
    let unmasked = String(decoding: letters, as: UTF8.self)
    let offset = { (index: String.Index) in unmasked.utf8.distance(from: unmasked.startIndex, to: index) }
    let secrets = Secrets.secretRanges(in: unmasked).map { secret in
      SecretMaskOccurrence(
        range: offset(secret.range.lowerBound)..<offset(secret.range.upperBound),
        isBrokerPassword: secret.isBrokerPassword)
    }
    return masks.compactMap { mask in secrets.first { $0.range == mask } }
  }
}

extension String.UTF8View {
  /// Returns the offsets of each run of exactly `count` equal bytes.
  fileprivate func indices(ofRunsOf byte: UInt8, count: Int) -> [Range<Int>] {
    var (runs, start, offset): ([Range<Int>], Int?, Int) = ([], nil, 0)
    for next in self {
      if next == byte {
        start = start ?? offset
      } else if let first = start {
        runs.append(first..<offset)
        start = nil
      }
      offset += 1
    }
    if let start { runs.append(start..<offset) }
    return runs.filter { $0.count == count }
  }
}
