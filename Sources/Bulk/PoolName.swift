/// The rule for the names of pools of workers.
public enum PoolName {
  /// The advice after an invalid name.
  public static let nextStep = "write at most 100 of the characters A-Z a-z 0-9 . _ -"

  /// Returns whether a text is a valid name of a pool: 1 to 100 ASCII letters, ASCII digits, `-`, `_` and `.`.
  public static func isValid(_ text: String) -> Bool {
    (1...100).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
      }
  }
}
