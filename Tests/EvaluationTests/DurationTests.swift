import Testing
import Values

/// Tests of the two texts of a duration: the exact form of the language, and a rounded form for display.
@Suite struct DurationTests {
  @Test(arguments: [
    (4548.35647, "4.5 s"), (0.4, "0.4 ms"), (12.3, "12 ms"), (999.4, "999 ms"), (999.7, "1 s"), (1500, "1500ms"),
    (59_940.1, "59.9 s"), (59_960.1, "1m"), (61_234.5, "1m 1s"), (3_599_600.5, "1h"), (12_000_500, "3h 20m"),
    (86_399_000.5, "1d"), (23_428_800_123.4, "271d 4h"), (90_000, "90s"), (0, "0s"), (-4548.35647, "-4.5 s"),
    (7_200_000, "2h"), (0.00001, "0 ms"),
  ])
  func aDurationIsRoundedForDisplay(_ milliseconds: Double, _ expected: String) {
    #expect(Duration.nanoseconds(Int64(milliseconds * 1e6)).shown == expected)
  }

  @Test(arguments: [(1500, "1500ms"), (90_000, "90s"), (120_000, "2m"), (0, "0s"), (86_400_000, "1d")])
  func isWrittenInOneUnit(_ milliseconds: Int, _ expected: String) {
    #expect(Duration.milliseconds(milliseconds).text == expected)
  }
}
