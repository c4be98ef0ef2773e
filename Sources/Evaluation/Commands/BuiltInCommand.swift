import JSONText
import Language
import Values

/// A command of the language, such as `show`, which can begin a pipeline.
struct BuiltInCommand: Sendable {
  /// The function that implements a command; there is one case for each type of result.
  enum CommandImplementation: Sendable {
    /// A function that returns a value, and changes nothing on a service.
    case value(@Sendable (Arguments, inout ExecutionFrame) async throws(Fault) -> Value)
    /// A function that returns one change.
    case change(@Sendable (Arguments) throws(Fault) -> PreparedChange)
    /// A function that returns one request, which is a read or a change.
    case request(@Sendable (Arguments) throws(Fault) -> CallStatementRequest)
    /// A function that returns a sequence of changes, each of which uses the result of the previous change.
    case changes(@Sendable (Arguments, StatementContext) async throws(Fault) -> any DependentChangeSequence)
    /// A function that returns the plan of many changes, which the run can send concurrently.
    case bulk(@Sendable (Arguments, StatementContext) async throws(Fault) -> BulkPlan)
  }

  let declaration: CommandDeclaration
  let body: CommandImplementation

  init(
    _ declaration: CommandDeclaration,
    _ body: @escaping @Sendable (Arguments, inout ExecutionFrame) async throws(Fault) -> Value
  ) {
    self.declaration = declaration
    self.body = .value(body)
  }

  init(
    changing declaration: CommandDeclaration, _ body: @escaping @Sendable (Arguments) throws(Fault) -> PreparedChange
  ) {
    self.declaration = declaration
    self.body = .change(body)
  }

  init(_ declaration: CommandDeclaration, _ body: CommandImplementation) {
    self.declaration = declaration
    self.body = body
  }

  /// Runs the command, sends its changes, and returns its value.
  ///
  /// The function is inlined to save an asynchronous call for each request.
  @inline(__always) func run(_ arguments: Arguments, _ frame: inout ExecutionFrame) async throws(Fault) -> Value {
    if let result = try frame.run.session.unsentResult(of: declaration.name, arguments) { return result }
    switch body {
    case .value(let body): return try await body(arguments, &frame)
    case .change(let body): return try await frame.run.change(body(arguments))
    case .request(let body):
      switch try body(arguments) {
      case .change(let prepared): return try await frame.run.change(prepared)
      case .read(let client, let request, let waitLimit):
        try CallStatementRequest.refuseUnknown(request, client, arguments, frame.run)
        if let result = frame.run.session.unsentResult(of: request, client, arguments) { return result }
        return try await client.result(of: request, waitLimit, arguments)
      }
    case .changes(let body):
      var sequence = try await body(arguments, frame.run)
      return try await frame.run.change(&sequence)
    case .bulk(let body):
      let plan = try await body(arguments, frame.run)
      return try await BulkRun(plan, frame.run).value()
    }
  }

  /// Returns the command with the given name; nil if no command has this name.
  static func named(_ name: String) -> BuiltInCommand? { table[name] }

  private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.declaration.name, $0) })
}

/// The arguments of one call of a command or stage: their values and their source ranges.
struct Arguments: Sendable {
  /// The value, the source range and the compiled expression of one argument.
  struct Argument: Sendable {
    var value: Value
    var range: SourceRange
    /// The operands of the false comparisons in a condition, which `assert` shows.
    var sides: [AssertCondition.ComparedOperands] = []
    /// The compiled expression of an option that the stage evaluates for each element, such as `key: .id`.
    ///
    /// The value is nil for all other arguments.
    var code: CompiledExpression?
    /// The compiled argument; nil for the pipeline's element, which has no expression of its own.
    var compiled: CompiledArgument?

    /// The expression in the call, which errors mark; nil for the pipeline's element, which has no expression.
    var expression: Expr? { compiled?.argument.expression }
  }

  /// The options of a call, by name.
  ///
  /// The type searches a list, which is faster than hashing for the few options of a call.
  struct Options: Sendable {
    private var entries: [(name: String, argument: Argument)] = []

    var isEmpty: Bool { entries.isEmpty }
    /// The values of the options, in the order of the call.
    var values: [Value] { entries.map(\.argument.value) }

    subscript(name: String) -> Argument? {
      get { index(of: name).map { entries[$0].argument } }
      set {
        if let index = index(of: name) { entries.remove(at: index) }
        guard let newValue else { return }
        entries.append((name, newValue))
      }
    }

    /// Returns whether the call has the option with this name.
    func contains(_ name: String) -> Bool { index(of: name) != nil }

    /// Replaces the value of an option; does nothing if the call does not have the option.
    mutating func set(_ name: String, _ value: Value) {
      guard let index = index(of: name) else { return }
      entries[index].argument.value = value
    }

    private func index(of name: String) -> Int? {
      var index = 0
      while index < entries.count {
        if entries[index].name == name { return index }
        index += 1
      }
      return nil
    }
  }

  /// The place of a call in its source text.
  ///
  /// The type is a class, so that a copy of the arguments is cheap. A stage copies the arguments for each element.
  private final class CallSite: Sendable {
    let name: String
    let range: SourceRange
    let nameRange: SourceRange
    let source: SourceText

    init(name: String, range: SourceRange, nameRange: SourceRange, source: SourceText) {
      (self.name, self.range, self.nameRange, self.source) = (name, range, nameRange, source)
    }
  }

  private let site: CallSite
  var name: String { site.name }
  /// The source range of the call, from the name of the command to the last argument.
  var range: SourceRange { site.range }
  var nameRange: SourceRange { site.nameRange }
  var source: SourceText { site.source }
  /// The positional arguments that the call contains, without the pipeline's element.
  private(set) var given: [Argument] = []
  /// The pipeline's element, which a stage uses as the second positional argument; nil for a command.
  var element: Value?
  var options = Options()
  /// The evaluated options that all changes of a stage share; nil for a command.
  var common: StageWideChangeArguments?
  /// Whether this call runs at most once.
  ///
  /// The value is true if no loop, `each`, `def` or stage contains the call.
  var isSingle = false
  /// Whether the statement runs this call at most once.
  ///
  /// Unlike ``isSingle``, the value is also true for a call in a `def` that the statement calls once.
  var isOnce = false

  init(name: String, range: SourceRange, nameRange: SourceRange, source: SourceText) {
    site = CallSite(name: name, range: range, nameRange: nameRange, source: source)
  }

  /// The positional arguments in order; in a stage, the pipeline's element is the second argument.
  var positional: [Argument] {
    guard let element else { return given }
    return given.prefix(1) + [Argument(value: element, range: nameRange)] + given.dropFirst()
  }

  mutating func append(_ argument: Argument) { given.append(argument) }

  mutating func reserveCapacity(_ count: Int) { given.reserveCapacity(count) }

  /// Returns the positional argument at an index; nil for the pipeline's element, and for an index without an argument.
  private func given(at index: Int) -> Argument? {
    if element != nil, index == 1 { return nil }
    let index = element != nil && index > 1 ? index - 1 : index
    return index < given.count ? given[index] : nil
  }

  subscript(option: String) -> Argument? { options[option] }

  /// Returns the value of a positional argument; null if the call does not have the argument.
  ///
  /// The check before the run reports missing required arguments. In a stage, the pipeline's element is the argument at
  /// index 1.
  func value(_ index: Int) -> Value {
    if index == 1, let element { return element }
    return given(at: index)?.value ?? .null
  }

  /// Returns the source range of a positional argument, or of the command's name if the argument is missing.
  func range(_ index: Int) -> SourceRange { given(at: index)?.range ?? nameRange }

  /// Returns an error about an argument; the error marks the argument's source range.
  func fault(_ argument: Argument, _ kind: Fault.Kind, _ message: String, nextStep: String? = nil) -> Fault {
    Fault(kind, message, at: [MarkedSourceRange(argument.range)], in: source, nextStep: nextStep)
  }

  /// Returns the error for an option whose value has the wrong type.
  ///
  /// `wanted` describes the right type, such as `a string`.
  func misfit(_ option: String, _ argument: Argument, _ wanted: String) -> Fault {
    let options = (BuiltInCommand.named(name)?.declaration ?? BuiltInStage.named(name)?.declaration)?.options
    let declared = options?.first { $0.name == option }
    return fault(
      argument, .type,
      "the option \(option): of \(name.asOptionOwner) needs \(wanted), not \(argument.value.typeWithArticle)",
      nextStep: argument.value.isNull
        ? "remove the option, or give it \(wanted)"
        : declared?.shape.example(for: argument.value).map { "\(option): \($0)" } ?? declared?.form)
  }

  func string(_ option: String) throws(Fault) -> String? {
    guard let argument = options[option] else { return nil }
    guard case .string(let string) = argument.value else { throw misfit(option, argument, "a string") }
    return string
  }

  func bool(_ option: String) throws(Fault) -> Bool? {
    guard let argument = options[option] else { return nil }
    guard case .bool(let value) = argument.value else { throw misfit(option, argument, "true or false") }
    return value
  }

  func record(_ option: String) throws(Fault) -> Record? {
    guard let argument = options[option] else { return nil }
    guard case .record(let record) = argument.value else { throw misfit(option, argument, "a record") }
    return record
  }

  /// Returns the value of an option that takes a string or a list of strings; nil if the option is missing.
  func strings(_ option: String) throws(Fault) -> [String]? {
    guard let argument = options[option] else { return nil }
    guard let strings = argument.value.strings else { throw misfit(option, argument, "a string or a list of strings") }
    return strings
  }
}

extension Value {
  /// The strings of this value, if it is a string or a list of strings; nil for other values.
  var strings: [String]? {
    switch self {
    case .string(let string): return [string]
    case .list(let elements):
      var strings: [String] = []
      for element in elements {
        guard case .string(let string) = element else { return nil }
        strings.append(string)
      }
      return strings
    default: return nil
    }
  }
}
