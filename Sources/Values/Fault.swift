public import JSONText
public import Language

/// An error of a script, with the source range that caused it.
///
/// The error ends a batch, unless `rescue` catches it. TheLanguage.md, "Errors", describes the kinds.
public final class Fault: Error, Sendable {
  /// A kind of error, such as `not-found`.
  public struct Kind: Sendable, Hashable, CustomStringConvertible {
    /// The name of the kind in the language, such as `not-found`.
    public var word: String
    /// Creates a kind.
    public init(_ word: String) { self.word = word }
    /// The name of the kind, for messages.
    public var description: String { word }
  }

  /// All properties of an error in one value.
  ///
  /// A method copies this value and changes the copy.
  private struct FaultContent: Sendable {
    var kind: Kind
    var message: String
    var marks: [MarkedSourceRange]
    var source: SourceText?
    var nextStep: String?
    var errors: [JSONValue] = []
    var trail: [String] = []
    var status: Int32?
    var isRepetition = false
  }

  private let facts: FaultContent

  /// The kind of the error.
  public var kind: Kind { facts.kind }
  /// The message, which is one sentence.
  public var message: String { facts.message }
  /// The next step for the user; nil if the message alone is enough.
  public var nextStep: String? { facts.nextStep }
  /// The source ranges that caused the error.
  ///
  /// The first range determines the position that the message shows.
  public var marks: [MarkedSourceRange] { facts.marks }
  /// The text that contains the marks.
  public var source: SourceText? { facts.source }
  /// The error objects (JSON:API) of the service's response; empty if the error does not come from a service.
  public var errors: [JSONValue] { facts.errors }
  /// Lines that say where the error occurred: in which stage, for which element, and in which call.
  ///
  /// The innermost place comes first. Example: `called from x.retort:3`.
  public var trail: [String] { facts.trail }
  /// The exit status of the program if the error ends a script; nil for the usual status of the error's kind.
  public var status: Int32? { facts.status }
  /// Whether an element was refused because an earlier element of the statement has the same key.
  ///
  /// If the element is processed alone, its change can repeat the change of the earlier element.
  package var isRepetition: Bool { facts.isRepetition }

  /// Creates an error.
  public init(
    _ kind: Kind, _ message: String, at marks: [MarkedSourceRange] = [], in source: SourceText? = nil,
    nextStep: String? = nil
  ) {
    facts = FaultContent(kind: kind, message: message, marks: marks, source: source, nextStep: nextStep)
  }

  /// Creates an error about one source range.
  package convenience init(_ kind: Kind, _ message: String, _ range: SourceRange, nextStep: String? = nil) {
    self.init(kind, message, at: [MarkedSourceRange(range)], nextStep: nextStep)
  }

  /// Creates a copy of an error.
  package convenience init(copy other: Fault) { self.init(other.facts) }

  private init(_ facts: FaultContent) { self.facts = facts }

  private func changed(_ change: (inout FaultContent) -> Void) -> Fault {
    var facts = facts
    change(&facts)
    return Fault(facts)
  }

  /// Returns the same error with a position: the source text and a range.
  ///
  /// An error that already has a source text stays unchanged. In any other error, existing marks stay, and `range` is
  /// used only if there are no marks.
  package func placed(at range: SourceRange, in source: SourceText) -> Fault {
    guard self.source == nil else { return self }
    return changed { facts in
      facts.source = source
      if facts.marks.isEmpty { facts.marks = [MarkedSourceRange(range)] }
    }
  }

  /// Returns the same error with one more line that says where it occurred.
  package func within(_ line: String) -> Fault { changed { $0.trail.append(line) } }

  /// Returns the same error with another next step.
  package func advising(_ nextStep: String) -> Fault { changed { $0.nextStep = nextStep } }

  /// Returns the same error with an exit status for the program.
  ///
  /// An error that already has an exit status keeps it.
  package func ending(_ status: Int32) -> Fault { changed { $0.status = $0.status ?? status } }

  /// Returns the same error for an element that has the key of an earlier element.
  package func markedAsRepetition() -> Fault { changed { $0.isRepetition = true } }

  /// Returns the same error with the error objects (JSON:API) of a service's response.
  package func with(errors: [JSONValue]) -> Fault { changed { $0.errors = errors } }

  /// Whether the message is the same as that of another error, apart from numbers and quoted names.
  ///
  /// For example, `posts/1 has no field x` and `posts/2 has no field x` have the same wording.
  package func hasSameWording(as other: Fault) -> Bool {
    func words(_ text: String) -> [Substring] {
      text.split(separator: " ").filter { word in !word.contains { $0.isNumber || $0 == "\"" } }
    }
    return message == other.message || words(message) == words(other.message)
  }

  /// Whether `rescue` can't catch the error.
  ///
  /// The kinds of uncatchable errors are `refused` (by a guard, or without a confirmation), `limit`, `interrupted`,
  /// `exit` and `closed` (standard output).
  public var isUncatchable: Bool { Kind.final.contains(kind) }

  /// The value of the error's field `.seed`: a word of the Elixir library Calcinator.
  ///
  /// The Elixir function `error_to_calcinator_error` uses this word for the same kind of error.
  public var calcinatorKind: String {
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
  /// The kind of the error for a statement with a syntax error, or with an error that retort finds before the run.
  ///
  /// The program runs no part of the statement.
  package static let syntax = Self("syntax")

  /// The kind of the fault with which the command `exit` ends the program; the script has no error.
  package static let exit = Self("exit")
  /// The kind of the error for a closed standard output: the program at the other end of the pipe no longer reads it.
  package static let closed = Self("closed")

  package static let final: Set<Self> = [.refused, .limit, .interrupted, .exit, .closed]
}
