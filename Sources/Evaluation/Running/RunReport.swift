import Bulk
public import JSONText
import Language
import Redaction
import Synchronization
import Values

/// What a run did, statement by statement: what `--report FILE` writes.
public final class RunReport: Sendable {
  /// A statement or an assertion, which are the test cases of JUnit's form.
  struct Case: Sendable {
    /// The beginning of its text, without secrets.
    var text: String
    /// Its file and line: `migrate.retort:3`.
    var place: String
    var milliseconds: Int
    /// The kind and the message of its error; nil if it succeeded.
    var error: (kind: String, message: String)?
    var isAssertion = false
    /// What its bulk changes and its single changes came to.
    var changes: [JSONValue] = []
  }

  private struct State {
    var cases: [Case] = []
    /// The changes of the statement that runs.
    var changes: [JSONValue] = []
    var leftOut = 0
  }

  private let state = Mutex(State())
  private let begin = ContinuousClock.now
  private let started = Instant.now.text
  /// How many changes of a statement are listed.
  private static let limit = 1000
  /// How many code points of a statement are shown.
  private static let textLimit = 200

  /// Creates the report of a run that begins.
  public init() {}

  /// Adds a bulk change of the statement that runs.
  func add(change: JSONValue) {
    state.withLock { state in
      if state.changes.count < Self.limit { state.changes.append(change) } else { state.leftOut += 1 }
    }
  }

  /// Adds an assertion; `failure` is its message if it is false.
  func add(assertion range: SourceRange, in source: SourceText, failure: String?) {
    let error = failure.map { (Fault.Kind.assert.word, $0) }
    let own = Case(
      text: Self.text(range, source), place: Self.place(range, source), milliseconds: 0, error: error, isAssertion: true
    )
    state.withLock { $0.cases.append(own) }
  }

  /// Adds a statement of the outermost level that has ended.
  func add(
    statement range: SourceRange, in source: SourceText, _ account: StatementAccount, since: ContinuousClock.Instant,
    _ fault: Fault?
  ) {
    let single = account.tallies.map { label, tally in
      JSONValue.object(
        JSONObject([("statement", .string(label))] + tally.counts.map { ($0.word, .number(JSONNumber($0.count))) }))
    }
    let time = ContinuousClock.now - since
    state.withLock { state in
      let left = state.leftOut > 0 ? [JSONValue.object(["left-out": .number(JSONNumber(state.leftOut))])] : []
      state.cases.append(
        Case(
          text: Self.text(range, source), place: Self.place(range, source), milliseconds: time.milliseconds,
          error: fault.map { ($0.kind.word, Secrets.hidden(in: $0.message)) }, changes: state.changes + left + single))
      (state.changes, state.leftOut) = ([], 0)
    }
  }

  private static func text(_ range: SourceRange, _ source: SourceText) -> String {
    Secrets.hidden(in: String(String.UnicodeScalarView(source.text(range).unicodeScalars.prefix(textLimit))))
  }

  private static func place(_ range: SourceRange, _ source: SourceText) -> String {
    "\(source.name):\(source.place(of: range.lower).line)"
  }

  /// The report as JSON.
  public func json(status: Int32, reason: String?) -> JSONValue {
    let cases = state.withLock(\.cases)
    return .object(
      JSONObject([
        ("started", .string(started)),
        ("milliseconds", .number(JSONNumber((ContinuousClock.now - begin).milliseconds))),
        ("status", .number(JSONNumber(Int(status)))), ("reason", reason.map { .string($0) } ?? .null),
        ("statements", .array(JSONArray(cases.map(Self.json)))),
      ]))
  }

  private static func json(_ own: Case) -> JSONValue {
    var object = JSONObject([
      (own.isAssertion ? "assertion" : "statement", .string(own.text)), ("place", .string(own.place)),
      ("milliseconds", .number(JSONNumber(own.milliseconds))),
    ])
    if let error = own.error {
      object["error"] = ["kind": .string(error.kind), "message": .string(error.message)]
    }
    if !own.changes.isEmpty { object["changes"] = .array(JSONArray(own.changes)) }
    return .object(object)
  }

  /// The report in the form of JUnit, which continuous integration reads.
  public func junit(status: Int32, reason: String?) -> String {
    let cases = state.withLock(\.cases)
    let failures = cases.count { $0.isAssertion && $0.error != nil }
    let errors = cases.count { !$0.isAssertion && $0.error.map { $0.kind != Fault.Kind.assert.word } ?? false }
    let seconds = Double((ContinuousClock.now - begin).milliseconds) / 1000
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<testsuite name="retort" tests="\#(cases.count)" failures="\#(failures)" errors="\#(errors)" time="\#(seconds)" timestamp="\#(started)">"#,
      "<properties><property name=\"status\" value=\"\(status)\"/>"
        + (reason.map { "<property name=\"reason\" value=\"\(Self.escaped($0))\"/>" } ?? "") + "</properties>",
    ]
    lines += cases.map(Self.junit)
    return (lines + ["</testsuite>"]).joined(separator: "\n") + "\n"
  }

  private static func junit(_ own: Case) -> String {
    let head =
      "<testcase classname=\"\(escaped(own.place))\" name=\"\(escaped(own.text))\" time=\"\(Double(own.milliseconds) / 1000)\""
    var body = ""
    if let error = own.error {
      let word = own.isAssertion ? "failure" : "error"
      body += "<\(word) type=\"\(escaped(error.kind))\" message=\"\(escaped(error.message))\"/>"
    }
    if !own.changes.isEmpty {
      body += "<system-out>\(escaped(own.changes.map(\.text).joined(separator: "\n")))</system-out>"
    }
    return body.isEmpty ? head + "/>" : head + ">\(body)</testcase>"
  }

  /// Text for XML; characters that XML has no form for become U+FFFD.
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
