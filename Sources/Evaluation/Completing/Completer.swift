import JSONText
import Language
import LearnedSchema
import Redaction
import Values

/// Finds the completions at a cursor position, from variables, the learned schema and local files.
struct Completer {
  typealias Candidate = CompletionResult.Candidate

  let context: CursorContext
  let inference: CompletionShapeInference
  let definitions: [String: CommandDefinition]
  let session: Session

  /// The candidates to offer, and the suffix to add if only one candidate fits.
  struct CandidatesAndSuffix {
    var candidates: [Candidate]
    var suffix: Character? = " "
    /// The number of characters at the start of the typed word that a candidate does not replace.
    ///
    /// For example, in the list `title,au` a candidate replaces only `au`.
    var kept = 0
  }

  /// The maximum number of candidates that completion returns.
  private static let limit = 1000

  var completions: CompletionResult {
    let offer = offer
    let typed = String(context.word.dropFirst(offer.kept))
    var seen: Set<String> = []
    let fitting = offer.candidates.filter { $0.text.hasPrefix(typed) && seen.insert($0.text).inserted }
    // If `_` is the only candidate, no value is known for this position. Completion then offers nothing.
    if typed.isEmpty, fitting.map(\.text) == ["_"] { return CompletionResult(start: context.range.lower) }
    let start = context.range.lower + context.word.prefix(offer.kept).utf8.count
    return CompletionResult(
      start: start, candidates: Array(fitting.sorted { $0.text < $1.text }.prefix(Self.limit)),
      suffix: context.isInside ? nil : offer.suffix)
  }

  private var offer: CandidatesAndSuffix {
    if context.isInString { return textOffer }
    switch context.wanted {
    case .nothing: return CandidatesAndSuffix(candidates: [])
    case .statement: return CandidatesAndSuffix(candidates: statements + heads)
    case .head: return CandidatesAndSuffix(candidates: heads + functions)
    case .stage: return CandidatesAndSuffix(candidates: stages)
    case .argument: return arguments
    case .value: return values
    case .key: return keys
    case .operand:
      let isOnlyKnown = !compared.isEmpty && context.word.isEmpty
      return CandidatesAndSuffix(candidates: compared + (isOnlyKnown ? [] : operands), suffix: nil)
    case .operation: return CandidatesAndSuffix(candidates: operators)
    case .element(let base):
      let known = keys(of: base)
      return CandidatesAndSuffix(
        candidates: known + (known.isEmpty || !context.word.isEmpty ? operands : []), suffix: nil)
    case .field(let base): return CandidatesAndSuffix(candidates: fields(of: base), suffix: nil)
    case .topic(let words): return CandidatesAndSuffix(candidates: words.isEmpty ? topics : [])
    case .words(let words): return CandidatesAndSuffix(candidates: words.map { Candidate(text: $0) })
    }
  }

  // MARK: Words

  private var statements: [Candidate] {
    Vocabulary.statements.map { Candidate(text: $0.name, note: $0.summary) }
      + Vocabulary.promptWords.map { Candidate(text: $0, note: "command of the prompt") }
  }

  /// The candidates at the start of a pipeline: commands, including commands from `def`, and variables.
  private var heads: [Candidate] { Self.words(of: BuiltInCommand.all.map(\.declaration)) + defs + names }

  private var stages: [Candidate] { Self.words(of: BuiltInStage.all.map(\.declaration)) + defs }

  private static func words(of declarations: [CommandDeclaration]) -> [Candidate] {
    declarations.map { Candidate(text: $0.name, note: $0.summary) }
  }

  private var defs: [Candidate] { definitions.map { Candidate(text: $0.key, note: $0.value.signature) } }

  private var functions: [Candidate] { BuiltInFunction.all.map { Candidate(text: $0.name + "(", note: $0.summary) } }

  private var topics: [Candidate] { session.host.help.topics().map { Candidate(text: $0) } }

  private var operators: [Candidate] {
    (context.mayOpenBlock ? ["and", "or", "in", "do"] : ["and", "or", "in"]).map { Candidate(text: $0) }
  }

  /// The candidates for an operand of an expression, such as a field, a variable or a function.
  var operands: [Candidate] {
    let fields = context.flows.isEmpty ? [] : inference.element(context.flows).fields
    return Self.names(of: fields).map { Candidate(text: "." + $0.text, note: $0.note) } + names + functions
      + definitions.map { Candidate(text: $0.key + "(", note: $0.value.signature) }
  }

  // MARK: Names and fields

  /// The candidates for a variable, each with a description.
  var names: [Candidate] {
    let own = context.names.map { Candidate(text: $0.name, note: inference.shape(ofName: $0.name).note) }
    return own + inference.variables.map { Candidate(text: $0.key, note: $0.value.note) }
  }

  /// Returns the candidates for the variables whose shape meets a condition.
  func names(_ condition: (InferredShape) -> Bool) -> [Candidate] {
    names.filter { condition(inference.shape(ofName: $0.text)) }
  }

  private func fields(of base: SourceRange?) -> [Candidate] {
    let shape = base.map { inference.shape(of: $0, context.flows) } ?? element
    return Self.names(of: shape.fields)
  }

  /// Returns the candidates for the fields that code can read with a dot.
  ///
  /// The function leaves out a name that needs quotes, such as `first name`.
  static func names(of fields: [InferredShape.Field]) -> [Candidate] {
    fields.filter { $0.name.isName }.map { Candidate(text: $0.name, note: $0.note) }
  }

  /// The known values of the attribute in the comparison at the cursor.
  ///
  /// After `.state ==`, for example, these are the known values of the attribute `state`.
  private var comparedValues: [JSONValue] {
    guard let range = context.compared, let attribute = inference.attribute(in: range, context.flows) else { return [] }
    return Self.values(of: attribute)
  }

  private var compared: [Candidate] { comparedValues.map { Candidate(text: $0.written) } }

  /// The candidates for a string in the comparison at the cursor: the known texts of the compared attribute.
  var comparedTexts: [Candidate] { Self.texts(comparedValues.compactMap(\.stringValue)) }
}

extension InferredShape {
  /// The description of a variable of this shape, in one line.
  var note: String? {
    switch self {
    case .client(let client): client.note
    case .value(let value): value.typeName
    case .resource(let resource): resource.type
    case .elements(.resource(let resource)): "list of \(resource.type)"
    case .elements: "list"
    case .record: "record"
    case .attribute(let attribute): attribute.note
    case .connection: "connection"
    case .error: "error"
    case .scalar, .unknown: nil
    }
  }
}

extension JSONValue {
  /// The value as source text.
  ///
  /// JSON escapes replace the characters that are not safe for a terminal.
  var written: String { TerminalSafeText.json(text) }
}

extension String {
  /// Whether the text is a valid name of the language, and needs no quotes.
  var isName: Bool {
    let isStart = utf8.first.map { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 == 0x5F } ?? false
    var (before, isGood) = (UInt8(ascii: "-"), isStart)
    for byte in utf8 {
      let isLetter = byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || (0x30...0x39).contains(byte)
      let isHyphen = byte == UInt8(ascii: "-") && before != UInt8(ascii: "-") && before != UInt8(ascii: "_")
      isGood = isGood && (isLetter || isHyphen || byte == 0x5F && (before != UInt8(ascii: "-") || utf8.first == 0x5F))
      before = byte
    }
    return isGood && before != UInt8(ascii: "-")
  }
}
