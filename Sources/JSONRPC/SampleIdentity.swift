/// Creates and recognizes the broker identities of sample databases.
///
/// A sample database is in memory and ends with its process.
public enum SampleIdentity {
  private static let mark = " in memory, number "

  /// Returns a new identity, which no other sample has: `blog in memory, number 7`.
  public static func unique(_ name: String) -> String { "\(name)\(mark)\(UInt32.random(in: 0...UInt32.max))" }

  /// Whether a text, such as a list of broker identities, contains the identity of a sample.
  public static func isIn(_ identity: String) -> Bool { !identity.ranges(of: mark).isEmpty }
}
