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
  case gather(@Sendable (inout Frame, [Value]) async throws(Fault) -> [Value])
  /// All elements, read at once; what they came from is closed.
  case collect
  /// One value of all elements.
  case reduce(@Sendable (inout Frame, inout ElementStream) async throws(Fault) -> Value)
  /// A change for each element: what flows on, and the summary if nothing follows.
  case sink(
    @Sendable (inout Frame, inout ElementStream, _ keepsFlow: Bool) async throws(Fault) -> (
      flow: [Value], summary: Value
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
  func each(_ index: Int) -> Code { each(positional[index]) }

  /// The code of an expression that is asked for each element.
  func each(_ expression: Expr) -> Code { compiler.withElement(true) { compiler.code(expression) } }

  /// The code of a place's argument that is asked once; it can't read the element.
  func once(_ index: Int) -> Code { compiler.withElement(false) { compiler.code(positional[index]) } }

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
  /// The elements that `body` makes of each element and the value of `code` for it; until it returns false.
  func mapping(
    _ code: Code, _ frame: Frame, stage: String,
    _ body: @escaping (_ element: Value, _ value: Value, _ out: inout [Value]) throws(Fault) -> Bool
  ) -> ElementStream {
    var (upstream, frame) = (self, frame)
    var failure: Fault?
    return ElementStream { () async throws(Fault) in
      if let failure { throw failure }
      guard let page = try await upstream.next() else { return nil }
      try frame.run.checkInterrupt()
      var out: [Value] = []
      out.reserveCapacity(page.count)
      for element in page {
        frame.element = element
        do throws(Fault) {
          let value: Value
          switch code {
          case .constant(let known): value = known
          case .sync(let body): value = try body(&frame)
          case .async(let body): value = try await body(&frame)
          }
          guard try body(element, value, &out) else {
            upstream.close()
            break
          }
        } catch {
          // What the page gave before the error flows on first.
          let placed = error.within("in \(stage), at \(element.label)")
          guard !out.isEmpty, !placed.isFinal else { throw placed }
          failure = placed
          return out
        }
      }
      return out
    }
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
    return text.count > 60 ? text.prefix(57) + "..." : text
  }
}
