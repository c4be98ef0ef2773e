import CPCRE2
import JSONText
import Synchronization

/// A regular expression that PCRE2 compiled (pcre2api), and that matches code points.
///
/// PCRE2 compiles the pattern twice. The first form is machine code (pcre2jit). Nothing can interrupt machine code, so
/// it searches only short texts, in which even the slowest search is fast.
///
/// PCRE2 interprets the second form. The second form searches all other texts, and any text for which the first form
/// fails. During a search with the second form, PCRE2 calls a function before each item of the pattern. The function
/// counts the steps and checks for Ctrl-C.
@safe final class RegularExpression: Sendable {
  /// The range of bytes of the whole match, followed by the range of each group; nil for a group that matched nothing.
  typealias GroupRanges = [Range<Int>?]

  /// The reason why a search ended without a result.
  enum SearchError: Error {
    case tooManySteps
    case interrupted
    /// PCRE2 failed for the reason in the text.
    case failed(String)
  }

  /// The error of PCRE2 for a pattern with a syntax error.
  struct PatternSyntaxError: Error {
    var message: String
    /// The offset of the error in the pattern, in bytes.
    var offset: Int
  }

  /// The objects of PCRE2.
  ///
  /// A search locks the objects, because it writes to the contexts and to the match data.
  private let compiled: Mutex<PCRE2Pattern>
  /// The number of groups of the pattern.
  let groupCount: Int
  /// The maximum size, in bytes, of a text that the pattern's machine code searches.
  ///
  /// The interpreted form of the pattern searches longer texts.
  private let quickLimit: Int

  init(_ pattern: String, flags: String) throws(PatternSyntaxError) {
    let compiled = try PCRE2Pattern(pattern, Self.options(flags))
    (groupCount, quickLimit) = (compiled.groupCount, Self.quickLimit(of: pattern))
    self.compiled = Mutex(compiled)
  }

  private static func options(_ flags: String) -> UInt32 {
    var options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY
    for flag in flags.utf8 {
      switch flag {
      case UInt8(ascii: "i"): options |= PCRE2_CASELESS
      case UInt8(ascii: "m"): options |= PCRE2_MULTILINE
      case UInt8(ascii: "s"): options |= PCRE2_DOTALL
      case UInt8(ascii: "x"): options |= PCRE2_EXTENDED
      default: break
      }
    }
    return options
  }

  /// Estimates the maximum length of a text, in bytes, for which a search is fast even in the worst case.
  ///
  /// Each quantifier multiplies the number of possible matches by the length. Each optional item and each alternative
  /// doubles this number. The result is -1 if the search of any text can be slow, for example if the pattern is
  /// recursive.
  private static func quickLimit(of pattern: String) -> Int {
    var (exponent, last) = (1.0, UInt8(0))
    var room = 1e8
    for byte in pattern.utf8 {
      let isRepeated = [UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "}")].contains(last)
      switch byte {
      case UInt8(ascii: "*"), UInt8(ascii: "{"): exponent += 1
      case UInt8(ascii: "+") where !isRepeated: exponent += 1
      case UInt8(ascii: "?") where !isRepeated && last != UInt8(ascii: "("), UInt8(ascii: "|"): room /= 2
      default: break
      }
      last = byte
    }
    let callsItself = ["(?R", "(?&", "(?P>", "(?+", "(?-", "\\g"].contains { pattern.holds($0) }
    guard !callsItself, !(0...9).contains(where: { pattern.holds("(?\($0)") }) else { return -1 }
    return room < 1 ? -1 : Int(root(room, exponent))
  }

  /// Returns a root of `number`: the square root for the exponent 2, the cube root for the exponent 3.
  ///
  /// The result can be too small by at most 1.
  private static func root(_ number: Double, _ exponent: Double) -> Double {
    var (low, high) = (1.0, number)
    while high - low > 1 {
      let middle = (low + high) / 2
      var power = 1.0
      for _ in 0..<Int(exponent) where power <= number { power *= middle }
      if power <= number { low = middle } else { high = middle }
    }
    return low
  }
}

/// The steps that a search may still make before it fails.
private struct StepBudget {
  /// The number of units that the search may still use.
  ///
  /// PCRE2 calls a function before each item of the pattern, and each call costs one unit. A call costs one more unit
  /// for each sixteen bytes that the search moved in the text since the previous call.
  private var left: Int
  private var position = 0
  private var calls = 0
  private(set) var isInterrupted = false

  /// Creates the budget for a text of `count` bytes.
  ///
  /// The budget is enough for any search in linear time. In a short text, even a search that uses up the budget takes
  /// less than a second.
  init(_ count: Int) { left = 20_000_000 + 64 * count }

  /// Subtracts the cost of one call by PCRE2 at a position of the text.
  ///
  /// - Returns: False if no units are left or the task is cancelled.
  mutating func spend(at position: Int) -> Bool {
    left -= 1 + abs(position - self.position) >> 4
    self.position = position
    calls += 1
    if calls & 0xFFF == 0, Task.isCancelled { isInterrupted = true }
    return left > 0 && !isInterrupted
  }
}

extension RegularExpression {
  /// Whether the text contains a match of the pattern.
  func isFound(in text: UnsafeBufferPointer<UInt8>) throws(SearchError) -> Bool {
    try compiled.withLock { compiled throws(SearchError) in
      try unsafe compiled.search(text, from: 0, options: 0, quickLimit: quickLimit) > 0
    }
  }

  /// Returns the groups of the next match at or after the offset `start`; nil if there is no match.
  ///
  /// `options` are match options of PCRE2, such as `PCRE2_ANCHORED`.
  func next(in text: UnsafeBufferPointer<UInt8>, from start: Int, options: UInt32 = 0) throws(SearchError)
    -> GroupRanges?
  {
    try compiled.withLock { compiled throws(SearchError) in
      let count = try unsafe compiled.search(text, from: start, options: options, quickLimit: quickLimit)
      return count > 0 ? compiled.groups(groupCount, Int(count)) : nil
    }
  }
}

/// The objects of PCRE2 for one pattern: the pattern in machine code and in interpreted form, and memory for searches.
///
/// Only one search at a time can use the objects, so they are in a mutex.
@safe private struct PCRE2Pattern: ~Copyable, @unchecked Sendable {
  private let quick: OpaquePointer
  private let careful: OpaquePointer
  private let quickContext: OpaquePointer
  private let context: OpaquePointer
  private let data: OpaquePointer

  init(_ pattern: String, _ options: UInt32) throws(RegularExpression.PatternSyntaxError) {
    let quick = try unsafe Self.code(pattern, options)
    let careful: OpaquePointer
    do throws(RegularExpression.PatternSyntaxError) {
      unsafe careful = try unsafe Self.code(pattern, options | PCRE2_AUTO_CALLOUT)
    } catch {
      unsafe pcre2_code_free_8(quick)
      throw error
    }
    let data = unsafe pcre2_match_data_create_from_pattern_8(quick, nil)
    let (context, quickContext) = unsafe (pcre2_match_context_create_8(nil), pcre2_match_context_create_8(nil))
    guard let data = unsafe data, let context = unsafe context, let quickContext = unsafe quickContext else {
      // These functions of PCRE2 do nothing for a nil pointer.
      unsafe pcre2_match_data_free_8(data)
      unsafe pcre2_match_context_free_8(context)
      unsafe pcre2_match_context_free_8(quickContext)
      unsafe pcre2_code_free_8(quick)
      unsafe pcre2_code_free_8(careful)
      throw RegularExpression.PatternSyntaxError(message: "no memory", offset: 0)
    }
    unsafe pcre2_jit_compile_8(quick, PCRE2_JIT_COMPLETE)
    unsafe pcre2_set_match_limit_8(quickContext, 100_000)
    unsafe pcre2_set_match_limit_8(context, .max)
    unsafe pcre2_set_depth_limit_8(context, .max)
    unsafe pcre2_set_heap_limit_8(context, 256 << 10)
    unsafe (self.quick, self.careful, self.data) = (quick, careful, data)
    unsafe (self.quickContext, self.context) = (quickContext, context)
  }

  deinit {
    unsafe pcre2_match_data_free_8(data)
    unsafe pcre2_match_context_free_8(context)
    unsafe pcre2_match_context_free_8(quickContext)
    unsafe pcre2_code_free_8(quick)
    unsafe pcre2_code_free_8(careful)
  }

  private static func code(
    _ pattern: String, _ options: UInt32
  ) throws(RegularExpression.PatternSyntaxError) -> OpaquePointer {
    var (code, offset) = (Int32(0), 0)
    let context = unsafe pcre2_compile_context_create_8(nil)
    defer { unsafe pcre2_compile_context_free_8(context) }
    unsafe pcre2_set_newline_8(context, UInt32(PCRE2_NEWLINE_LF))
    let bytes = Array(pattern.utf8)
    if let compiled = unsafe pcre2_compile_8(bytes, bytes.count, options, &code, &offset, context) {
      return unsafe compiled
    }
    throw RegularExpression.PatternSyntaxError(message: Self.message(code), offset: offset)
  }

  private static func message(_ code: Int32) -> String {
    var text = [UInt8](repeating: 0, count: 256)
    unsafe pcre2_get_error_message_8(code, &text, text.count)
    return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// The number of groups of the pattern.
  var groupCount: Int {
    var count: UInt32 = 0
    unsafe pcre2_pattern_info_8(quick, UInt32(PCRE2_INFO_CAPTURECOUNT), &count)
    return Int(count)
  }

  /// Returns the range of the last match, followed by the ranges of its groups.
  ///
  /// `count` is the number of ranges that PCRE2 set; the groups after these matched nothing.
  func groups(_ groupCount: Int, _ count: Int) -> RegularExpression.GroupRanges? {
    guard let offsets = unsafe pcre2_get_ovector_pointer_8(data) else { return nil }
    return (0...groupCount).map { group in
      let (lower, upper) = unsafe (offsets[2 * group], offsets[2 * group + 1])
      // A group that matched nothing has the offset -1. `\K` in an assertion can put the start after the end.
      return group < count && upper >= 0 ? max(0, min(lower, upper))..<upper : nil
    }
  }

  /// Searches a text for a match.
  ///
  /// - Returns: The number of ranges that PCRE2 set: one for the whole match, and one for each group. The number is 0
  ///   or less if there is no match.
  /// - Throws: The reason why the search ended without a result.
  func search(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, options: UInt32, quickLimit: Int
  ) throws(RegularExpression.SearchError) -> Int32 {
    let options = options | PCRE2_NO_UTF_CHECK
    if text.count <= quickLimit {
      let count = unsafe pcre2_match_8(quick, text.baseAddress, text.count, start, options, data, quickContext)
      if count > 0 || count == PCRE2_ERROR_NOMATCH { return count }
    }
    var budget = StepBudget(text.count - start)
    let count = unsafe carefully(text, from: start, options, &budget)
    if count > 0 || count == PCRE2_ERROR_NOMATCH { return count }
    if budget.isInterrupted { throw .interrupted }
    throw [PCRE2_ERROR_CALLOUT, PCRE2_ERROR_HEAPLIMIT].contains(count) ? .tooManySteps : .failed(Self.message(count))
  }

  private func carefully(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ options: UInt32, _ budget: UnsafeMutablePointer<StepBudget>
  ) -> Int32 {
    unsafe pcre2_set_callout_8(
      context,
      { block, budget in
        guard let block = unsafe block, let budget = unsafe budget?.assumingMemoryBound(to: StepBudget.self) else {
          return 0
        }
        return unsafe budget.pointee.spend(at: block.pointee.current_position) ? 0 : PCRE2_ERROR_CALLOUT
      }, budget)
    return unsafe pcre2_match_8(careful, text.baseAddress, text.count, start, options, data, context)
  }
}

extension RegexValue {
  /// The version of PCRE2 that the program uses, as the function `pcre2_config` returns it.
  public static var libraryVersion: String {
    var text = [UInt8](repeating: 0, count: 64)
    guard unsafe pcre2_config_8(UInt32(PCRE2_CONFIG_VERSION), &text) > 0 else { return "unknown" }
    return String(decoding: text.prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self)
  }
}
