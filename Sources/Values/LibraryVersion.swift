import CPCRE2

extension Pattern {
  /// The version of PCRE2 that the program runs with (`pcre2_config`).
  public static var libraryVersion: String {
    var text = [UInt8](repeating: 0, count: 64)
    guard unsafe pcre2_config_8(UInt32(PCRE2_CONFIG_VERSION), &text) > 0 else { return "unknown" }
    return String(decoding: text.prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self)
  }
}
