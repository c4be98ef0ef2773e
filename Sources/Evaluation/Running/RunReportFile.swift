import Bulk
import JSONText
import Language
import Redaction
import Synchronization
public import Values

/// A report on the statements of a run, which the option `--report FILE` writes to a file.
public final class RunReportFile: Sendable {
  /// One entry of the report: a statement or an assertion.
  ///
  /// In the JUnit format, each entry is a test case.
  struct TestCase: Sendable {
    /// The first 200 code points of the statement's or assertion's source text, without secrets.
    var text: String
    /// The file and the line of the statement or assertion: `migrate.retort:3`.
    var place: String
    var milliseconds: Int
    /// The kind and the message of the error; nil if the statement or assertion succeeded.
    var error: (kind: String, message: String)?
    /// The byte offset of the statement or assertion in its file.
    var lower = 0
    var isAssertion = false
    /// Whether the entry is an assertion that a dry run did not check.
    var isUnchecked = false
    /// Whether JUnit counts the entry as a failure, and not as an error.
    ///
    /// A false assertion is a failure. A statement that continued after failed changes is also a failure.
    var isFailure: Bool { isAssertion ? error != nil : error.map { Self.failures.contains($0.kind) } ?? false }
    private static let failures = [Fault.Kind.assert.word, partial]
    /// The error kind of a statement that continued after its changes failed, were refused or had an unknown outcome.
    static let partial = "partial"
    /// The results of the statement's changes, as JSON objects.
    ///
    /// There is an object for each bulk change, such as a stage `| create`. A command in a loop, such as `create`, has
    /// one object for all its changes.
    var changes: [JSONValue] = []
  }

  private struct ReportEntries {
    var cases: [TestCase] = []
    /// The results of the running statement's bulk changes, as JSON objects.
    var changes: [JSONValue] = []
    /// The summaries of the running statement's bulk changes with failures.
    var failures: [String] = []
    /// The number of bulk changes that the report omits because of its limit.
    var leftOut = 0
  }

  private let state = Mutex(ReportEntries())
  private let begin = ContinuousClock.now
  private let started = Instant.now.text
  /// The maximum number of bulk changes that the report lists for a statement.
  private static let limit = 1000
  /// The maximum number of failure summaries in the error message of a statement.
  private static let shown = 3
  /// The maximum length of a statement's text in the report, in code points.
  private static let textLimit = 200

  /// The path of the file.
  let path: String

  /// Creates an empty report for the file at a path; the measured time of the run begins now.
  public init(path: String) { self.path = path }

  /// Adds the result of a bulk change of the running statement.
  ///
  /// `failure` is the summary of the bulk change; it is nil if nothing failed.
  func add(change: JSONValue, failure: String?) {
    state.withLock { state in
      if let failure, state.failures.count < Self.shown { state.failures.append(failure) }
      if state.changes.count < Self.limit { state.changes.append(change) } else { state.leftOut += 1 }
    }
  }

  /// Adds an assertion that the run has checked.
  ///
  /// `failure` is the message of a false assertion; it is nil for a true assertion.
  func add(assertion range: SourceRange, in source: SourceText, failure: String?) {
    add(assertion(range, source, failure.map { (Fault.Kind.assert.word, $0) }))
  }

  /// Adds an assertion that a dry run does not check.
  func add(unchecked range: SourceRange, in source: SourceText) {
    var own = assertion(range, source, nil)
    own.isUnchecked = true
    add(own)
  }

  private func assertion(_ range: SourceRange, _ source: SourceText, _ error: (String, String)?) -> TestCase {
    TestCase(
      text: Self.text(range, source), place: Self.place(range, source), milliseconds: 0, error: error,
      lower: range.lower, isAssertion: true)
  }

  private func add(_ own: TestCase) { state.withLock { $0.cases.append(own) } }

  /// Adds an outermost statement that has ended.
  ///
  /// If the statement itself is an assertion, the report already contains it, and the function does nothing.
  ///
  /// - Parameters:
  ///   - range: The source range of the statement.
  ///   - source: The text that contains the statement.
  ///   - account: The state of the statement, with the counts of the changes that commands in loops and defs sent.
  ///   - since: The time when the statement began.
  ///   - fault: The statement's error; nil if the statement succeeded.
  ///   - isPartial: Whether the statement continued after failed changes, so that the exit status of the run is 5.
  func add(
    statement range: SourceRange, in source: SourceText, _ account: StatementConsentsAndOutcomes,
    since: ContinuousClock.Instant,
    _ fault: Fault?, isPartial: Bool
  ) {
    let single = account.tallies.map { label, tally in JSONValue.object(tally.json(label)) }
    let time = ContinuousClock.now - since
    var own = TestCase(
      text: Self.text(range, source), place: Self.place(range, source), milliseconds: time.milliseconds,
      error: fault.map { ($0.kind.word, TerminalSafeText.shortened(Secrets.hidden(in: $0.message))) },
      lower: range.lower)
    state.withLock { state in
      defer { (state.changes, state.leftOut, state.failures) = ([], 0, []) }
      if let last = state.cases.last, last.isAssertion {
        if last.lower == own.lower, last.place == own.place { return }
        // A false assertion in a loop or a def is already an entry with an error. The statement around the assertion
        // gets no second error.
        if last.error != nil, fault?.kind == .assert { own.error = nil }
      }
      let left = state.leftOut > 0 ? [JSONValue.object(["left-out": .number(JSONNumber(state.leftOut))])] : []
      own.changes = state.changes + left + single
      if isPartial, own.error == nil {
        let texts = state.failures.isEmpty ? ["some changes of the statement failed"] : state.failures
        own.error = (TestCase.partial, Secrets.hidden(in: texts.joined(separator: "; ")))
      }
      state.cases.append(own)
    }
  }

  /// Adds the errors of a text that did not pass the check; the run executes no statement of the text.
  func add(check diagnostics: [(diagnostic: Diagnostic, source: SourceText)]) {
    let cases = diagnostics.filter { $0.diagnostic.severity == .error }.map { diagnostic, source in
      TestCase(
        text: Self.text(diagnostic.range, source), place: Self.place(diagnostic.range, source), milliseconds: 0,
        error: (Fault.Kind.syntax.word, Secrets.hidden(in: diagnostic.message)))
    }
    state.withLock { $0.cases += cases }
  }

  /// Adds the error of a script that can't be read.
  public func add(unread error: Fault) {
    let message = TerminalSafeText.shortened(Secrets.hidden(in: error.message))
    add(TestCase(text: "the script", place: "retort", milliseconds: 0, error: (error.kind.word, message)))
  }

  private static func text(_ range: SourceRange, _ source: SourceText) -> String {
    Secrets.hidden(in: String(String.UnicodeScalarView(source.text(range).unicodeScalars.prefix(textLimit))))
  }

  private static func place(_ range: SourceRange, _ source: SourceText) -> String {
    "\(source.name):\(source.place(of: range.lower).line)"
  }

  /// Returns the report as text.
  ///
  /// - Parameters:
  ///   - isXML: Whether the text has the JUnit format, which continuous integration services read; otherwise it is JSON.
  ///   - status: The exit status of the run; nil while the run has not ended.
  ///   - reason: The value of the option `--reason`.
  /// - Returns: The text; it ends with a line feed.
  public func text(isXML: Bool, status: Int32?, reason: String?) -> String {
    let cases = status == nil ? [Self.unfinished] : state.withLock(\.cases)
    return isXML ? junit(cases, status, reason) : json(cases, status, reason).text + "\n"
  }

  /// The only entry of the report while the run has not ended.
  private static var unfinished: TestCase {
    TestCase(
      text: "the run", place: "retort", milliseconds: 0, error: ("unfinished", "the run has not ended, or was killed"))
  }

  private func json(_ cases: [TestCase], _ status: Int32?, _ reason: String?) -> JSONValue {
    .object(
      JSONObject([
        ("started", .string(started)),
        ("milliseconds", .number(JSONNumber((ContinuousClock.now - begin).milliseconds))),
        ("status", status.map { .number(JSONNumber(Int($0))) } ?? .null),
        ("reason", reason.map { .string($0) } ?? .null),
        ("statements", .array(JSONArray(cases.map(Self.json)))),
      ]))
  }

  private static func json(_ own: TestCase) -> JSONValue {
    var object = JSONObject([
      (own.isAssertion ? "assertion" : "statement", .string(own.text)), ("place", .string(own.place)),
      ("milliseconds", .number(JSONNumber(own.milliseconds))),
    ])
    if let error = own.error {
      object["error"] = ["kind": .string(error.kind), "message": .string(error.message)]
    }
    if !own.changes.isEmpty { object["changes"] = .array(JSONArray(own.changes)) }
    if own.isUnchecked { object["unchecked"] = true }
    return .object(object)
  }

  private func junit(_ cases: [TestCase], _ status: Int32?, _ reason: String?) -> String {
    let failures = cases.count(where: \.isFailure)
    let errors = cases.count { $0.error != nil && !$0.isFailure }
    let seconds = Double((ContinuousClock.now - begin).milliseconds) / 1000
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<testsuite name="retort" tests="\#(cases.count)" failures="\#(failures)" errors="\#(errors)" skipped="\#(cases.count(where: \.isUnchecked))" time="\#(seconds)" timestamp="\#(started)">"#,
      "<properties><property name=\"status\" value=\"\(status.map(String.init) ?? "")\"/>"
        + (reason.map { "<property name=\"reason\" value=\"\(Self.escaped($0))\"/>" } ?? "") + "</properties>",
    ]
    lines += cases.map(Self.junit)
    return (lines + ["</testsuite>"]).joined(separator: "\n") + "\n"
  }

  private static func junit(_ own: TestCase) -> String {
    let head =
      "<testcase classname=\"\(escaped(own.place))\" name=\"\(escaped(own.text))\" time=\"\(Double(own.milliseconds) / 1000)\""
    var body = ""
    if let error = own.error {
      let word = own.isFailure ? "failure" : "error"
      body += "<\(word) type=\"\(escaped(error.kind))\" message=\"\(escaped(error.message))\"/>"
    }
    if own.isUnchecked { body += "<skipped message=\"dry run\"/>" }
    if !own.changes.isEmpty {
      body += "<system-out>\(escaped(own.changes.map(\.text).joined(separator: "\n")))</system-out>"
    }
    return body.isEmpty ? head + "/>" : head + ">\(body)</testcase>"
  }

  /// Returns a text with XML escapes, such as `&lt;` for `<`.
  ///
  /// U+FFFD replaces each character that XML can't represent.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\n", "\r", "\t": escaped += "&#\(scalar.value);"
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
