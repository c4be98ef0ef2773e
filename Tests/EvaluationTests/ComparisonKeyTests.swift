import JSONText
import Testing
import Values

/// Tests that two values have the same comparison key if the values are equal, and different keys otherwise.
@Suite struct ComparisonKeyTests {
  private static let values: [Value] =
    [
      "0", "-0", "0.0", "1", "1.0", "1e0", "10e-1", "-1", "1.10", "1.1", "100", "1e2", "999999999999999999",
      "1000000000000000000",
      "1e18", "9007199254740993", "12345678901234567890", "12345678901234567890.0", "1234567890123456789e1", "1e400",
      "10e399",
    ].compactMap { JSONNumber(text: $0).map { .number($0) } }
    + ["", "1", "n1", "s1", "é", "e\u{301}", "1.0"].map { .string($0) }
    + [
      .null, .bool(true), .bool(false), .list([]), .list([.string("1")]), .list([.number(JSONNumber(1))]),
      .record(Record([])),
    ]

  @Test(arguments: 0..<values.count)
  func keysAreEqualForEqualValues(_ index: Int) throws {
    let value = Self.values[index]
    for other in Self.values {
      let areEqual = (try? Comparison.equal(value, other)) ?? false
      #expect(try (Comparison.key(of: value) == Comparison.key(of: other)) == areEqual, "\(value) \(other)")
    }
  }
}
