import CPCRE2
import JSONText

/// A regular expression of the language.
///
/// The syntax is that of PCRE2. The pattern matches code points, not bytes.
public struct RegexValue: Sendable {
  private let text: String
  private let flags: String
  private let expression: RegularExpression

  /// Compiles a pattern.
  ///
  /// The flags are letters. `i` ignores letter case, and `m` lets `^` and `$` match at each line. `s` lets a dot match
  /// a newline, and `x` ignores white space in the pattern.
  ///
  /// - Throws: A `value` error with PCRE2's reason and position.
  package init(_ text: String, flags: String = "") throws(Fault) {
    self.text = text
    self.flags = flags
    do {
      expression = try RegularExpression(text, flags: flags)
    } catch {
      let rest = text.bytes(min(error.offset, text.utf8.count)..<text.utf8.count)
      throw Fault(
        .value,
        "not a regular expression: \(error.message)"
          + (rest.isEmpty ? ", at the end of the pattern" : ", before \(rest.quoted)"),
        nextStep: text.hasPrefix("*") ? "a comment begins with #" : "help patterns shows the syntax")
    }
  }

  /// The pattern between slashes, followed by its flags.
  package var description: String { "/\(text)/\(flags)" }

  /// Whether the text contains a match of the pattern.
  ///
  /// - Throws: A `limit` error if the search takes too many steps; an `interrupted` error if the task is cancelled.
  package func matches(_ text: String) throws(Fault) -> Bool {
    try unsafe within(text) { bytes throws(Fault) in
      try unsafe found(in: bytes) { bytes throws(RegularExpression.SearchError) in
        try unsafe expression.isFound(in: bytes)
      }
    }
  }

  /// Returns the text of each group in the first match.
  ///
  /// The text is nil for a group that matched nothing. If there is no match, the whole result is nil.
  package func groups(in text: String) throws(Fault) -> [String?]? {
    let groups = try unsafe within(text) { bytes throws(Fault) in
      try unsafe found(in: bytes) { bytes throws(RegularExpression.SearchError) in
        try unsafe expression.next(in: bytes, from: 0)
      }
    }
    return groups.map { $0.dropFirst().map { $0.map { text.bytes($0) } } }
  }

  /// The number of groups of the pattern.
  package var groupCount: Int { expression.groupCount }

  /// Replaces each match in a text.
  ///
  /// In `replacement`, `$1` to `$9` stand for the text of a group, and `$$` stands for `$`.
  package func replacing(in text: String, with replacement: String) throws(Fault) -> String {
    let parts = try ReplacementPart.parts(of: replacement, for: self)
    var (result, end) = ("", 0)
    try eachMatch(in: text) { range, groups throws(Fault) in
      result += text.bytes(end..<max(end, range.lowerBound))
      for part in parts {
        switch part {
        case .literal(let literal): result += literal
        case .group(let number): if let group = groups[number] { result += text.bytes(group) }
        }
      }
      end = max(end, range.upperBound)
      try SizeLimits.check(text: result.utf8.count)
    }
    return result + text.bytes(end..<text.utf8.count)
  }

  /// Returns the parts of a text between the matches.
  ///
  /// The function ignores an empty match at the beginning or the end of the text.
  package func split(_ text: String) throws(Fault) -> [String] {
    var (parts, end) = ([String](), 0)
    let count = text.utf8.count
    try eachMatch(in: text) { range, _ throws(Fault) in
      guard !range.isEmpty || range.lowerBound > 0 && range.lowerBound < count else { return }
      parts.append(text.bytes(end..<max(end, range.lowerBound)))
      end = max(end, range.upperBound)
      try SizeLimits.check(elements: parts.count)
    }
    return parts + [text.bytes(end..<count)]
  }

  /// Calls `body` with each match, from left to right.
  ///
  /// After an empty match, the search tries once more at the same position, for a match that is not empty. If there is
  /// none, the search continues at the next code point.
  private func eachMatch(
    in text: String, _ body: (Range<Int>, RegularExpression.GroupRanges) throws(Fault) -> Void
  ) throws(Fault) {
    let afterEmpty = PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED
    try unsafe within(text) { bytes throws(Fault) in
      var (start, isAfterEmpty, count) = (0, false, 0)
      while start <= bytes.count {
        let groups = try unsafe found(in: bytes) { bytes throws(RegularExpression.SearchError) in
          try unsafe expression.next(in: bytes, from: start, options: isAfterEmpty ? afterEmpty : 0)
        }
        if let groups, let range = groups[0] {
          try body(range, groups)
          isAfterEmpty = range.isEmpty || range.upperBound <= start
          start = max(start, range.upperBound)
        } else if isAfterEmpty {
          repeat { start += 1 } while unsafe start < bytes.count && bytes[start] & 0xC0 == 0x80
          isAfterEmpty = false
        } else {
          break
        }
        count += 1
        if count & 0xFF == 0, Task.isCancelled { throw Fault(.interrupted, "interrupted") }
      }
    }
  }

  /// Calls `body` with the UTF-8 bytes of a text.
  private func within<Result>(
    _ text: String, _ body: (UnsafeBufferPointer<UInt8>) throws(Fault) -> Result
  ) throws(Fault) -> Result {
    var text = text
    return try text.withUTF8 { bytes in
      Swift.Result { () throws(Fault) in try unsafe body(bytes) }
    }.get()
  }

  /// Runs a search, and converts an error of PCRE2 to an error of the language.
  private func found<Result>(
    in bytes: UnsafeBufferPointer<UInt8>,
    _ body: (UnsafeBufferPointer<UInt8>) throws(RegularExpression.SearchError) -> Result
  ) throws(Fault) -> Result {
    do { return try unsafe body(bytes) } catch {
      switch error {
      case .interrupted: throw Fault(.interrupted, "interrupted")
      case .failed(let reason): throw Fault(.value, "the pattern \(description) can't be matched: \(reason)")
      case .tooManySteps:
        throw Fault(
          .limit, "the pattern \(description) takes too many steps on a text of \(bytes.count) bytes",
          nextStep: "avoid a repetition inside a repetition: write ++ for the inner +, or *+ for the inner *"
        )
      }
    }
  }
}
