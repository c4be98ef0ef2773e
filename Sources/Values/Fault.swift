public import JSONText
public import Language

/// An error of the language, with its place: what `rescue` sees, and what ends a batch.
///
/// The kinds: TheLanguage.md, "Errors".
public final class Fault: Error, Sendable {
  /// The kind, by its word in the language.
  public struct Kind: Sendable, Hashable, CustomStringConvertible {
    /// The word: `not-found`.
    public var word: String
    /// Creates a kind of a word.
    public init(_ word: String) { self.word = word }
    /// The word.
    public var description: String { word }
  }

  /// Words that caused it, and what is said below them.
  public struct Mark: Sendable {
    /// The words in the source.
    public var range: SourceRange
    /// What stands below them; nil for a bare caret.
    public var label: String?

    /// Creates a mark.
    public init(_ range: SourceRange, _ label: String? = nil) {
      self.range = range
      self.label = label
    }
  }

  /// What kind of error it is.
  public let kind: Kind
  /// One sentence that says what is wrong.
  public let message: String
  /// What to do next, if that can be said.
  public let nextStep: String?
  /// The words that caused it; the first gives the place.
  public let marks: [Mark]
  /// The text that the marks are in.
  public let source: SourceText?
  /// A service's error objects.
  public let errors: [JSONValue]
  /// What came round it, innermost first: `in stage where, on posts 12`, `called from x.retort:3`.
  public let trail: [String]
  /// The exit status of a batch that it ends, where its kind alone does not say it.
  public let status: Int32?

  /// Creates an error.
  public init(
    _ kind: Kind, _ message: String, at marks: [Mark] = [], in source: SourceText? = nil, nextStep: String? = nil,
    errors: [JSONValue] = [], trail: [String] = [], status: Int32? = nil
  ) {
    self.kind = kind
    self.message = message
    self.marks = marks
    self.source = source
    self.nextStep = nextStep
    self.errors = errors
    self.trail = trail
    self.status = status
  }

  /// Creates an error about one place.
  package convenience init(_ kind: Kind, _ message: String, _ range: SourceRange, nextStep: String? = nil) {
    self.init(kind, message, at: [Mark(range)], nextStep: nextStep)
  }

  /// The same error in a text, unless it has one already; where it has no mark, the range becomes its place.
  package func placed(at range: SourceRange, in source: SourceText) -> Fault {
    guard self.source == nil else { return self }
    return Fault(
      kind, message, at: marks.isEmpty ? [Mark(range)] : marks, in: source, nextStep: nextStep, errors: errors,
      trail: trail, status: status)
  }

  /// The same error with one more line of what came round it.
  package func within(_ line: String) -> Fault {
    Fault(
      kind, message, at: marks, in: source, nextStep: nextStep, errors: errors, trail: trail + [line],
      status: status)
  }

  /// The same error with another next step.
  package func advising(_ nextStep: String) -> Fault {
    Fault(
      kind, message, at: marks, in: source, nextStep: nextStep, errors: errors, trail: trail, status: status)
  }

  /// The same error, ending a batch with a status.
  package func ending(_ status: Int32) -> Fault {
    Fault(
      kind, message, at: marks, in: source, nextStep: nextStep, errors: errors, trail: trail,
      status: self.status ?? status)
  }

  /// Whether it says the same as another but for numbers and names in it: that of another element.
  package func hasSameWording(as other: Fault) -> Bool {
    func words(_ text: String) -> [Substring] {
      text.split(separator: " ").filter { word in !word.contains { $0.isNumber || $0 == "\"" } }
    }
    return message == other.message || words(message) == words(other.message)
  }

  /// Whether `rescue` never sees it: a guard, a limit, a missing confirmation, an interrupt, the end of the run.
  public var isUncatchable: Bool { Kind.final.contains(kind) }

  /// The word of the seed's `error_to_calcinator_error` (Retort.Client.Generic).
  public var seed: String {
    switch kind {
    case .notFound: "not_found"
    case .sandbox: "sandbox_access_disallowed"
    case .invalid: "changeset"
    default: "bad_gateway"
    }
  }
}

extension Fault.Kind {
  package static let notFound = Self("not-found")
  package static let sandbox = Self("sandbox-access-disallowed")
  package static let invalid = Self("invalid")
  package static let forbidden = Self("forbidden")
  package static let methodNotFound = Self("method-not-found")
  package static let badGateway = Self("bad-gateway")
  package static let service = Self("service")
  package static let timeout = Self("timeout")
  package static let unknown = Self("unknown")
  package static let noRoute = Self("no-route")
  package static let connection = Self("connection")
  package static let malformed = Self("protocol")
  package static let field = Self("field")
  package static let type = Self("type")
  package static let name = Self("name")
  package static let value = Self("value")
  package static let assert = Self("assert")
  package static let fail = Self("fail")
  package static let file = Self("file")
  package static let refused = Self("refused")
  package static let limit = Self("limit")
  package static let interrupted = Self("interrupted")
  /// A statement that does not parse or check; nothing ran.
  package static let syntax = Self("syntax")

  /// `exit`: the end of the program, no error.
  package static let exit = Self("exit")
  /// Standard output was closed by its reader.
  package static let closed = Self("closed")

  package static let final: Set<Self> = [.refused, .limit, .interrupted, .exit, .closed]
}
