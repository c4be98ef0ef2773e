import JSONText
import Language
import Values

/// A command, which can begin a pipeline.
struct Command: Sendable {
  /// The function that carries out a command; the cases differ in what the function returns.
  enum CommandImplementation: Sendable {
    /// Returns a value, and changes nothing on a service.
    case value(@Sendable (Arguments, inout ExecutionFrame) async throws(Fault) -> Value)
    /// Returns a single change.
    case change(@Sendable (Arguments) throws(Fault) -> ChangeProposal)
    /// Returns one request, a read or a change.
    case request(@Sendable (Arguments) throws(Fault) -> MethodCallRequest)
    /// Returns a sequence of changes, each of which uses the result of the previous one.
    case changes(@Sendable (Arguments, RunContext) async throws(Fault) -> any ChangeSequence)
    /// Returns the plan of many changes, some of them concurrent.
    case bulk(@Sendable (Arguments, RunContext) async throws(Fault) -> BulkPlan)
  }

  let declaration: Declaration
  let body: CommandImplementation

  init(
    _ declaration: Declaration,
    _ body: @escaping @Sendable (Arguments, inout ExecutionFrame) async throws(Fault) -> Value
  ) {
    self.declaration = declaration
    self.body = .value(body)
  }

  init(
    changing declaration: Declaration, _ body: @escaping @Sendable (Arguments) throws(Fault) -> ChangeProposal
  ) {
    self.declaration = declaration
    self.body = .change(body)
  }

  init(_ declaration: Declaration, _ body: CommandImplementation) {
    self.declaration = declaration
    self.body = body
  }

  /// Runs the command; the dispatcher sends its changes.
  ///
  /// The function is inlined, which saves a suspension for each request.
  @inline(__always) func run(_ arguments: Arguments, _ frame: inout ExecutionFrame) async throws(Fault) -> Value {
    switch body {
    case .value(let body): return try await body(arguments, &frame)
    case .change(let body): return try await frame.run.change(body(arguments))
    case .request(let body):
      switch try body(arguments) {
      case .change(let proposal): return try await frame.run.change(proposal)
      case .read(let client, let request, let waitLimit):
        try MethodCallRequest.refuseUnknown(request, client, arguments, frame.run)
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

  /// Finds a command by its name; returns nil if no command has this name.
  static func named(_ name: String) -> Command? { table[name] }

  private static let table = Dictionary(uniqueKeysWithValues: all.map { ($0.declaration.name, $0) })
}

/// The values of a call's arguments, with their source ranges.
struct Arguments: Sendable {
  /// An argument's value, source range and compiled expression.
  struct Argument: Sendable {
    var value: Value
    var range: SourceRange
    /// The operands of the false parts of a condition, for a command that shows the operands.
    var sides: [Condition.ComparedOperands] = []
    /// The expression of an option that is evaluated for each element, such as `key: .id`; nil for other arguments.
    var code: CompiledExpression?
    /// The compiled argument; nil if the argument is the pipeline's element, which has no expression.
    var compiled: CompiledArgument?

    /// The expression of the argument, in which errors mark the part that they are about; nil for a pipeline's element.
    var expression: Expr? { compiled?.argument.expression }
  }

  /// The options of a call, by name.
  ///
  /// With so few options, a linear search is faster than hashing.
  struct Options: Sendable {
    private var entries: [(name: String, argument: Argument)] = []

    var isEmpty: Bool { entries.isEmpty }

    subscript(name: String) -> Argument? {
      get { index(of: name).map { entries[$0].argument } }
      set {
        if let index = index(of: name) { entries.remove(at: index) }
        guard let newValue else { return }
        entries.append((name, newValue))
      }
    }

    /// Whether the call has an option.
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

  /// The place of a call in its source; it is a class, so that the arguments of each element are copied cheaply.
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
  /// The source range of the call, from its word to its last argument.
  var range: SourceRange { site.range }
  var nameRange: SourceRange { site.nameRange }
  var source: SourceText { site.source }
  /// The positional arguments that the call itself has.
  private(set) var given: [Argument] = []
  /// The pipeline's element, which a stage passes as the second positional argument; nil for a command.
  var element: Value?
  var options = Options()
  /// The evaluated options that the changes of a stage share; nil for a command.
  var common: CommonChangeArguments?
  /// Whether this call runs at most once, because it is not in a loop, `each`, def or stage that repeats it.
  var isSingle = false
  /// Whether the statement runs this call at most once: like `isSingle`, but also in a def that is called once.
  var isOnce = false

  init(name: String, range: SourceRange, nameRange: SourceRange, source: SourceText) {
    site = CallSite(name: name, range: range, nameRange: nameRange, source: source)
  }

  /// The positional arguments in order, with the pipeline's element.
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

  /// Returns the value of a positional argument; null if it is missing.
  ///
  /// The check refuses a call in which an argument is missing, except in a stage, where the element of the pipeline can
  /// take the place of the argument.
  func value(_ index: Int) -> Value {
    if index == 1, let element { return element }
    return given(at: index)?.value ?? .null
  }

  /// Returns the source range of a positional argument; if it is missing, the range of the command's name.
  func range(_ index: Int) -> SourceRange { given(at: index)?.range ?? nameRange }

  /// Returns an error about an argument, with its source range.
  func fault(_ argument: Argument, _ kind: Fault.Kind, _ message: String, nextStep: String? = nil) -> Fault {
    Fault(kind, message, at: [Fault.LabelledRange(argument.range)], in: source, nextStep: nextStep)
  }

  /// Returns the error for an option whose value has the wrong type; `wanted` describes the right type.
  func misfit(_ option: String, _ argument: Argument, _ wanted: String) -> Fault {
    let declared = (Command.named(name)?.declaration ?? Stage.named(name)?.declaration)?.options
    let summary = declared?.first { $0.name == option }?.summary
    return fault(
      argument, .type, "\(name) \(option): needs \(wanted), not \(argument.value.typeWithArticle)",
      nextStep: argument.value.isNull
        ? "remove the option, or give it \(wanted)"
        : declared?.first { $0.name == option }?.shape.example(for: argument.value).map { "\(option): \($0)" }
          ?? summary.map { Declaration.form("\(option):", $0) })
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

  /// Returns the strings of an option that takes a string or a list of strings; nil without the option.
  func strings(_ option: String) throws(Fault) -> [String]? {
    guard let argument = options[option] else { return nil }
    guard let strings = argument.value.strings else { throw misfit(option, argument, "a string or a list of strings") }
    return strings
  }
}

extension Value {
  /// A string or a list of strings, as a list; nil for other values.
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
