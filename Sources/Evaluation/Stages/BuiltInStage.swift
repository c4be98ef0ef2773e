import Client
import JSONText
import Language
import Values

/// A stage of a pipeline, such as `where`, which follows a `|`.
struct BuiltInStage: Sendable {
  let declaration: CommandDeclaration
  /// A function that compiles a call of the stage.
  let prepare: @Sendable (UncompiledStageCall) -> CompiledStage

  init(_ declaration: CommandDeclaration, _ prepare: @escaping @Sendable (UncompiledStageCall) -> CompiledStage) {
    self.declaration = declaration
    self.prepare = prepare
  }

  /// Returns the stage with the given name; nil if no stage has this name.
  static func named(_ name: String) -> BuiltInStage? { known[name] }

  private static let known = Dictionary(uniqueKeysWithValues: all.map { ($0.declaration.name, $0) })
}

/// A compiled stage: a function that processes the elements of the previous stage.
enum CompiledStage: Sendable {
  /// The stage transforms elements when the next stage requests them.
  case transform(@Sendable (ExecutionFrame, ElementStream) throws(Fault) -> ElementStream)
  /// The stage reads all elements, closes their stream, and then transforms them.
  case gather(@Sendable (inout ExecutionFrame, inout ElementStream) async throws(Fault) -> ElementStream)
  /// The stage reads all elements immediately, and closes their stream.
  case collect
  /// The stage reads only the first element, which is its result; the result is null if there are no elements.
  case first
  /// The stage computes one value from all elements.
  case reduce(@Sendable (inout ExecutionFrame, inout ElementStream) async throws(Fault) -> Value)
  /// The stage acts on each element; for example, it sends a change for the element.
  ///
  /// The associated function opens the files of the stage, and returns the function that acts on the elements.
  /// Therefore an error about a file ends the pipeline before the stage reads an element.
  case sink(@Sendable (inout ExecutionFrame) async throws(Fault) -> SinkRun)

  /// A function that acts on all elements of a stage, after the stage has opened its files.
  ///
  /// If `keepsFlow` is true, the function returns the elements for the next stage. Otherwise it returns the value of
  /// the stage.
  typealias SinkRun =
    @Sendable (inout ExecutionFrame, inout ElementStream, _ keepsFlow: Bool) async throws(Fault) ->
    PipelineRun.IntermediateResult

  /// Creates a stage that acts on each element and has no files to open.
  static func acting(_ run: @escaping SinkRun) -> CompiledStage { .sink { _ in run } }
}

extension CompiledStage {
  /// Whether this stage closes its input stream before the next stage gets an element.
  var closes: Bool {
    switch self {
    case .gather, .collect, .first, .reduce: true
    case .transform, .sink: false
    }
  }

  /// Whether a pipeline that ends with this stage can be a lazy stream, which reads elements only on request.
  var isLazy: Bool {
    switch self {
    case .transform, .gather: true
    case .collect, .first, .reduce, .sink: false
    }
  }
}

/// A call of a stage during compilation, after the compiler has checked the arguments against the declaration.
struct UncompiledStageCall {
  let compiler: Compiler
  let command: CommandOrStageCall
  let declaration: CommandDeclaration

  var positional: [Expr] {
    command.arguments.compactMap { if case .positional(let expression) = $0 { expression } else { nil } }
  }

  /// Compiles a positional argument that the stage evaluates for each element.
  func each(_ index: Int) -> CompiledExpression { each(positional[index]) }

  /// Compiles an expression that the stage evaluates for each element.
  func each(_ expression: Expr) -> CompiledExpression {
    let errors = compiler.findings.diagnostics.count
    let code = compiler.withElement(true) { compiler.code(expression) }
    if compiler.context.hasElement, compiler.findings.diagnostics.count == errors { compiler.refuseTwoWays(expression) }
    return code
  }

  /// Compiles a positional argument that the stage evaluates only once; the argument can't read the element.
  func once(_ index: Int) -> CompiledExpression { compiler.withElement(false) { compiler.code(positional[index]) } }

  /// Compiles an argument with `body`; reports the argument if it changes data and the stage has the option `journal:`.
  ///
  /// A run that resumes the journal evaluates the arguments of all elements again, also of elements that are done.
  func repeatable(_ argument: Expr, _ body: () -> CompiledExpression) -> CompiledExpression {
    let (code, effects) = compiler.gathering(body)
    if effects.changesData, option("journal") != nil {
      compiler.report(
        "an argument of \(command.name.asOptionOwner) changes data, and a resumed run would repeat this change",
        argument.range,
        nextStep: command.name == "each"
          ? "put the change into the block of `each`: the journal records the changes of the block"
          : "send the change in an earlier statement; or use | each journal: \"...\" key: .id do ... end, because its "
            + "journal records all changes of an element")
    }
    return code
  }

  /// The options of the call, with the expressions of their values.
  var options: [(name: String, range: SourceRange, value: Expr)] {
    command.arguments.compactMap { argument in
      if case .option(let name, let range, let value) = argument { (name, range, value) } else { nil }
    }
  }

  /// Returns the expression of an option; nil if the call does not have the option.
  func option(_ name: String) -> Expr? { options.first { $0.name == name }?.value }

  /// The source text of the first positional argument for error messages; `it` without an argument.
  var operandText: String { positional.first.map { compiler.source.text($0.range) } ?? "it" }

  /// Returns the source range of a positional argument, for error messages.
  func place(_ index: Int) -> (range: SourceRange, source: SourceText) { (positional[index].range, compiler.source) }
}

extension ElementStream {
  /// Returns a stream of the elements that `body` adds to `out`.
  ///
  /// The stream calls `body` for each element, with the value of `code` for the element. `body` adds at most one
  /// element to `out`. If `addsEach` is true, `body` adds exactly one element or throws an error.
  func mapping(
    _ code: CompiledExpression, _ frame: ExecutionFrame, stage: String, addsEach: Bool = true,
    _ body: @escaping (_ element: Value, _ value: Value, _ out: inout [Value]) throws(Fault) -> Void
  ) -> ElementStream {
    var (upstream, frame) = (self, frame)
    var failure: Fault?
    let count = addsEach ? count : nil
    var mapped = ElementStream(pages: { () async throws(Fault) in
      if let failure { throw failure }
      guard let page = try await upstream.page() else { return nil }
      let out: ElementPage
      (out, failure) = try await page.mapped(code, &frame, stage: stage, body)
      return out
    })
    mapped.count = count
    return mapped
  }
}

extension ElementPage {
  /// Calls `body` with each element of this page, and returns a page of the elements that `body` adds.
  ///
  /// If an element fails, the returned page ends before this element, and the returned `failure` is the element's
  /// error. If `frame.keepsFailures` is true, the page instead contains the failure and the elements after it.
  ///
  /// - Throws: The error of an element if the page is still empty, or if `rescue` can't catch the error.
  fileprivate func mapped(
    _ code: CompiledExpression, _ frame: inout ExecutionFrame, stage: String,
    _ body: (_ element: Value, _ value: Value, _ out: inout [Value]) throws(Fault) -> Void
  ) async throws(Fault) -> (page: ElementPage, failure: Fault?) {
    var out = ElementPage()
    out.elements.reserveCapacity(elements.count)
    var passed = failures[...]
    for (index, element) in elements.enumerated() {
      frame.take(self, index)
      out.pass(&passed, before: index)
      do throws(Fault) {
        try body(element, try await code.run(&frame), &out.elements)
      } catch {
        let placed = error.within("in the stage `\(stage)`, at the element \(element.label)")
        if frame.keepsFailures, !placed.isUncatchable {
          out.add(failure: placed, of: self, index)
          continue
        }
        guard !out.elements.isEmpty, !placed.isUncatchable else { throw placed }
        return (out, placed)
      }
      if !names.isEmpty, out.names.count < out.elements.count { out.names.append(names[index]) }
    }
    out.pass(&passed, before: .max)
    return (out, nil)
  }

  /// Adds the element of `page` at `index` to this page as a failed element.
  fileprivate mutating func add(failure: Fault, of page: ElementPage, _ index: Int) {
    let names = page.names.isEmpty ? [] : page.names[index]
    failures.append(.init(place: elements.count, element: page.elements[index], fault: failure, names: names))
  }
}

extension Value {
  /// The name of an element in messages, without secrets: `posts/12`, or the beginning of the element's text.
  var label: String {
    if case .resource(let resource) = self { return resource.label }
    let text =
      if case .record = self { (try? json())?.hidingSecrets.text ?? typeWithArticle } else {
        (try? interpolated()) ?? typeWithArticle
      }
    return text.unicodeScalars.count > 60 ? String(text.unicodeScalars.prefix(57)) + "..." : text
  }
}
