import Client
import JSONText
import Language
import Values

/// A word that can stand after `|`.
struct Stage: Sendable {
  let declaration: Declaration
  /// Makes a link of the pipeline of a call; runs when the pipeline is compiled.
  let prepare: @Sendable (StageCall) -> StageBody

  init(_ declaration: Declaration, _ prepare: @escaping @Sendable (StageCall) -> StageBody) {
    self.declaration = declaration
    self.prepare = prepare
  }

  /// The stage of a name.
  static func named(_ name: String) -> Stage? { known[name] }

  private static let known = Dictionary(uniqueKeysWithValues: all.map { ($0.declaration.name, $0) })
}

/// A stage in its place: what it does with the elements before it.
enum StageBody: Sendable {
  /// Elements from elements, as they are pulled.
  case transform(@Sendable (Frame, ElementStream) throws(Fault) -> ElementStream)
  /// Elements from elements, all of them read first; what it read from is closed.
  case gather(@Sendable (inout Frame, inout ElementStream) async throws(Fault) -> ElementStream)
  /// All elements, read at once; what they came from is closed.
  case collect
  /// The first element, or null; no more are read.
  case first
  /// One value of all elements.
  case reduce(@Sendable (inout Frame, inout ElementStream) async throws(Fault) -> Value)
  /// A change for each element: what flows on, and the summary if nothing follows.
  case sink(
    @Sendable (inout Frame, inout ElementStream, _ keepsFlow: Bool) async throws(Fault) -> (
      flow: ElementPage, summary: Value
    ))
}

/// A stage's call while it is compiled: its arguments, held against the declaration already.
struct StageCall {
  let compiler: Compiler
  let command: Language.Command
  let declaration: Declaration

  var positional: [Expr] {
    command.arguments.compactMap { if case .positional(let expression) = $0 { expression } else { nil } }
  }

  /// The code of a place's argument, asked for each element.
  func each(_ index: Int) -> CompiledExpression { each(positional[index]) }

  /// The code of an expression that is asked for each element.
  func each(_ expression: Expr) -> CompiledExpression {
    let errors = compiler.findings.diagnostics.count
    let code = compiler.withElement(true) { compiler.code(expression) }
    if compiler.context.hasElement, compiler.findings.diagnostics.count == errors { compiler.refuseTwoWays(expression) }
    return code
  }

  /// The code of a place's argument that is asked once; it can't read the element.
  func once(_ index: Int) -> CompiledExpression { compiler.withElement(false) { compiler.code(positional[index]) } }

  /// The options with their expressions.
  var options: [(name: String, range: SourceRange, value: Expr)] {
    command.arguments.compactMap { argument in
      if case .option(let name, let range, let value) = argument { (name, range, value) } else { nil }
    }
  }

  /// The option of a name.
  func option(_ name: String) -> Expr? { options.first { $0.name == name }?.value }

  /// The words of a place for messages at run time.
  func place(_ index: Int) -> (range: SourceRange, source: SourceText) { (positional[index].range, compiler.source) }
}

extension ElementStream {
  /// The elements that `body` makes of each element and the value of `code` for it: one at most.
  func mapping(
    _ code: CompiledExpression, _ frame: Frame, stage: String,
    _ body: @escaping (_ element: Value, _ value: Value, _ out: inout [Value]) throws(Fault) -> Void
  ) -> ElementStream {
    var (upstream, frame) = (self, frame)
    var failure: Fault?
    return ElementStream(pages: { () async throws(Fault) in
      if let failure { throw failure }
      guard let page = try await upstream.page() else { return nil }
      try frame.run.checkInterrupt()
      var out = ElementPage()
      out.elements.reserveCapacity(page.elements.count)
      var passed = page.failures[...]
      for (index, element) in page.elements.enumerated() {
        frame.take(page, index)
        out.pass(&passed, before: index)
        do throws(Fault) {
          let value: Value
          switch code {
          case .constant(let known): value = known
          case .sync(let body): value = try body(&frame)
          case .async(let body): value = try await body(&frame)
          }
          try body(element, value, &out.elements)
        } catch {
          // What the page gave before the error flows on first.
          let placed = error.within("in \(stage), at \(element.label)")
          if frame.keepsFailures, !placed.isUncatchable {
            let names = page.names.isEmpty ? [] : page.names[index]
            out.failures.append(.init(place: out.elements.count, element: element, fault: placed, names: names))
            continue
          }
          guard !out.elements.isEmpty, !placed.isUncatchable else { throw placed }
          failure = placed
          return out
        }
        if !page.names.isEmpty, out.names.count < out.elements.count { out.names.append(page.names[index]) }
      }
      out.pass(&passed, before: .max)
      return out
    })
  }
}

extension Value {
  /// How messages name an element: `posts/12`, or the beginning of its text, without secrets.
  var label: String {
    if case .resource(let resource) = self { return resource.label }
    let text =
      if case .record = self { (try? json())?.hidingSecrets.text ?? typeWithArticle } else {
        (try? interpolated()) ?? typeWithArticle
      }
    return text.unicodeScalars.count > 60 ? String(text.unicodeScalars.prefix(57)) + "..." : text
  }
}
