import Testing

@testable import Workers

/// Tests of ``IntegerListText``, which writes the reply times of a chunk as text.
struct PackedIntegersTests {
  @Test(arguments: [
    ([], ""), ([0], "0"), ([9, 10, 15], "9:?"), ([16], "A0"), ([0x6F, 5, 2], "F?52"), ([3000], "KK8"), ([-4], "0"),
  ])
  func integersAreWrittenAsText(_ integers: [Int], _ text: String) {
    #expect(IntegerListText(integers).text == text)
  }

  @Test(arguments: [0, 1, 15, 16, 255, 256, 4095, 65_536, 3_600_000_000, (1 << 60) - 1]) func textIsReadAgain(
    _ integer: Int
  ) {
    #expect(IntegerListText.integers(of: IntegerListText([integer, 7, integer]).text) == [integer, 7, integer])
  }

  @Test(arguments: ["7A", "7x", "é", "\u{0}", "PP0", String(repeating: "A", count: 40) + "0"]) func otherTextIsRefused(
    _ text: String
  ) {
    #expect(IntegerListText.integers(of: text) == nil)
  }
}
