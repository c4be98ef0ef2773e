import Testing

@testable import JSONText

/// Tests of reading unsigned numbers and percent-encoded text.
@Suite struct DigitsTests {
  @Test(arguments: [
    ("0", 0), ("007", 7), ("65535", 65535), ("", nil), ("+5", nil), ("-5", nil), ("-0", nil), ("5 ", nil), ("5.0", nil),
    ("\u{0665}", nil), ("0x5", nil), ("99999999999999999999", nil), ("1_000", nil),
  ]) func onlyDigitsAreAnInteger(_ text: String, _ value: Int?) {
    #expect(Int(digits: text) == value)
  }

  @Test(arguments: [
    ("3", 3), ("0.25", 0.25), (".5", 0.5), ("", nil), (".", nil), ("+1", nil), ("-1", nil), ("1e1", nil), ("nan", nil),
    ("inf", nil), ("0x1p3", nil), (" 1", nil),
  ]) func onlyDigitsAndAPointAreADecimal(_ text: String, _ value: Double?) {
    #expect(Double(digits: text) == value)
  }

  @Test(arguments: [
    ("a%5Bb%5d", "a[b]"), ("%-0", "%-0"), ("%+1", "%+1"), ("%", "%"), ("%4", "%4"), ("%zz%41", "%zzA"),
    ("%C3%A4", "\u{E4}"),
    ("%\u{661}\u{662}", "%\u{661}\u{662}"), ("%%41", "%A"), ("", ""),
  ]) func escapesAreDecoded(_ text: String, _ decoded: String) {
    #expect(String(decoding: text.percentDecoded, as: UTF8.self) == decoded)
  }
}
