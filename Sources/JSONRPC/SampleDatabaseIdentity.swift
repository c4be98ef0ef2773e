/// Makes the identities of sample databases, such as `blog in memory, number 7`, and recognizes them in a text.
///
/// A sample database is in memory and ends with the process. The program uses its identity like the identity of a
/// broker.
public enum SampleDatabaseIdentity {
  private static let mark = " in memory, number "

  /// Returns a new identity, which no other sample has, such as `blog in memory, number 7`.
  public static func unique(_ name: String) -> String { "\(name)\(mark)\(UInt32.random(in: 0...UInt32.max))" }

  /// Whether a text, such as a list of broker identities, contains the identity of a sample database.
  public static func isIn(_ identity: String) -> Bool { !identity.ranges(of: mark).isEmpty }
}
