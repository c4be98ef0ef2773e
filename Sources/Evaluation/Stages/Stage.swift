import Client
import JSONText
import Language
import Values

/// A stage of a pipeline, after `|`.
struct Stage: Sendable {
  let declaration: Declaration
  /// Compiles a call of the stage.
  let prepare: @Sendable (StageCall) -> CompiledStage

  init(_ declaration: Declaration, _ prepare: @escaping @Sendable (StageCall) -> CompiledStage) {
    self.declaration = declaration
    self.prepare = prepare
  }

  /// Finds a stage by its name; returns nil if no stage has this name.
  static func named(_ name: String) -> Stage? { known[name] }

  private static let known = Dictionary(uniqueKeysWithValues: all.map { ($0.declaration.name, $0) })
}

/// A compiled stage: a function on the elements of the previous stage.
enum CompiledStage: Sendable {
  /// Transforms elements when they are requested.
  case transform(@Sendable (ExecutionFrame, ElementStream) throws(Fault) -> ElementStream)
  /// Transforms the elements after reading all of them, and closes the stream that they come from.
  case gather(@Sendable (inout ExecutionFrame, inout ElementStream) async throws(Fault) -> ElementStream)
  /// Reads all elements immediately, and closes the stream that they come from.
  case collect
  /// Reads the first element, and no more; null without elements.
  case first
  /// Computes one value from all elements.
  case reduce(@Sendable (inout ExecutionFrame, inout ElementStream) async throws(Fault) -> Value)
  /// Acts on each element, for example sends a change for it.
  ///
  /// The stored function opens the files of the stage, and returns the function that acts on the elements. Therefore a
  /// file that can't be used is refused before an element is read.
  case sink(@Sendable (inout ExecutionFrame) async throws(Fault) -> SinkRun)

  /// Acts on each element, without files to open; returns the elements for the next stage, and the summary if no stage
  /// follows.
  typealias SinkRun =
    @Sendable (inout ExecutionFrame, inout ElementStream, _ keepsFlow: Bool) async throws(Fault) -> (
      flow: ElementPage, summary: Value
    )

  /// Creates a stage that acts on each element and has no files to open before.
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

  /// Whether a pipeline that ends with this stage can be a lazy stream, which reads elements only when they are needed.
  var isLazy: Bool {
    switch self {
    case .transform, .gather: true
    case .collect, .first, .reduce, .sink: false
    }
  }
}

/// A stage's call during compilation; its arguments are already checked against the declaration.
struct StageCall {
  let compiler: Compiler
  let command: Language.Command
  let declaration: Declaration

  var positional: [Expr] {
    command.arguments.compactMap { if case .positional(let expression) = $0 { expression } else { nil } }
  }

  /// Compiles a positional argument that is evaluated for each element.
  func each(_ index: Int) -> CompiledExpression { each(positional[index]) }

  /// Compiles an expression that is evaluated for each element.
  func each(_ expression: Expr) -> CompiledExpression {
    let errors = compiler.findings.diagnostics.count
    let code = compiler.withElement(true) { compiler.code(expression) }
    if compiler.context.hasElement, compiler.findings.diagnostics.count == errors { compiler.refuseTwoWays(expression) }
    return code
  }

  /// Compiles a positional argument that is evaluated only once and therefore can't read the element.
  func once(_ index: Int) -> CompiledExpression { compiler.withElement(false) { compiler.code(positional[index]) } }

  /// The options of the call, with the expressions of their values.
  var options: [(name: String, range: SourceRange, value: Expr)] {
    command.arguments.compactMap { argument in
      if case .option(let name, let range, let value) = argument { (name, range, value) } else { nil }
    }
  }

  /// Returns the expression of an option; nil if the option is not given.
  func option(_ name: String) -> Expr? { options.first { $0.name == name }?.value }

  /// The source text of the first positional argument, or `it` without one; for messages at run time.
  var operandText: String { positional.first.map { compiler.source.text($0.range) } ?? "it" }

  /// Returns the source range of a positional argument, for messages at run time.
  func place(_ index: Int) -> (range: SourceRange, source: SourceText) { (positional[index].range, compiler.source) }
}

extension ElementStream {
  /// Returns a stream of the elements that `body` adds to `out`.
  ///
  /// `body` is called for each element with the value that `code` has for the element, and adds at most one element
  /// to `out`. If `addsEach` is true, `body` adds exactly one element unless it fails.
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
      try frame.run.checkInterrupt()
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
  /// The returned page ends before the first element that fails, unless `frame` keeps failures; the error is returned
  /// as `failure`. It is thrown if no element was added before it, or if `rescue` can't catch it.
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
        let placed = error.within("in \(stage), at \(element.label)")
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

  /// Adds a failed element: the element at an index of `page`, with its error.
  fileprivate mutating func add(failure: Fault, of page: ElementPage, _ index: Int) {
    let names = page.names.isEmpty ? [] : page.names[index]
    failures.append(.init(place: elements.count, element: page.elements[index], fault: failure, names: names))
  }
}

extension Value {
  /// The name of an element in messages: `posts/12`, or the beginning of its text, without secrets.
  var label: String {
    if case .resource(let resource) = self { return resource.label }
    let text =
      if case .record = self { (try? json())?.hidingSecrets.text ?? typeWithArticle } else {
        (try? interpolated()) ?? typeWithArticle
      }
    return text.unicodeScalars.count > 60 ? String(text.unicodeScalars.prefix(57)) + "..." : text
  }
}
