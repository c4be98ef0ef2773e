import JSONText
import Language
import Values
import Formats

extension BuiltInStage {
  static let map = BuiltInStage(
    CommandDeclaration(
      name: "map", summary: "Returns the value of an expression for each element.",
      parameters: [.init(name: "EXPRESSION", shape: .any)], result: "elements",
      examples: [.init(code: "1..3 | map it * 10", output: "10\n20\n30")], names: .kept)
  ) { call in
    let code = call.each(0)
    return .transform { frame, upstream throws(Fault) in
      upstream.mapping(code, frame, stage: "map") { _, value, out throws(Fault) in
        out.append(value)
      }
    }
  }

  static let select = BuiltInStage(
    CommandDeclaration(
      name: "select",
      summary: """
        Returns a record for each element. The argument .FIELD keeps a field of the element. The argument title: .text \
        adds the field title, with the value of .text. The record is flat: the argument .author.name adds a field with \
        the name author.name.
        """,
      parameters: [.init(name: ".FIELD", shape: .path, isOptional: true, repeats: true)], result: "records",
      examples: [
        .init(
          code: "stream posts | take 1 | select .id .author.id title: .text",
          output: #"{"id":"1","author.id":"1","title":"Post 1"}"#)
      ], takesAnyOption: true, names: .kept)
  ) { call in
    let code = call.selection()
    return .transform { frame, upstream throws(Fault) in
      upstream.mapping(code, frame, stage: "select") { _, value, out throws(Fault) in
        out.append(value)
      }
    }
  }

  static let with = BuiltInStage(
    CommandDeclaration(
      name: "with",
      summary: """
        Adds or changes fields of each element. For example, n: int(.n) sets the field n. If an element is a resource, \
        the result is a record.
        """,
      result: "records",
      examples: [.init(code: "[{n: \"2\"}] | with n: int(.n) m: 1", output: #"{"n":2,"m":1}"#)], takesAnyOption: true,
      names: .kept)
  ) { call in
    if call.options.isEmpty {
      call.compiler.report(
        "the stage `with` needs NAME: EXPRESSION", call.command.nameRange, nextStep: call.declaration.signature)
    }
    let names = call.options.map(\.name)
    let code = CompiledExpression.of(call.options.map { call.each($0.value) }) { .list($0) }
    return .transform { frame, upstream throws(Fault) in
      upstream.mapping(code, frame, stage: "with") { element, value, out throws(Fault) in
        guard case .list(let values) = value else { return }
        let added = Record(zip(names, values).map { (name: $0.0, value: $0.1) })
        switch element {
        case .record(let record): out.append(.record(record.merging(added)))
        case .resource(let resource): out.append(.record(resource.flat().merging(added)))
        default:
          throw Fault(
            .type, "the stage `with` takes records, not \(element.typeWithArticle)",
            nextStep: "make a record: | map {value: it}")
        }
      }
    }
  }

  static let flatten = BuiltInStage(
    CommandDeclaration(
      name: "flatten",
      summary: """
        Returns the elements of each list one by one. An element that is not a list stays unchanged.
        """, result: "elements",
      examples: [.init(code: "[[1, 2], [3]] | flatten", output: "1\n2\n3")], names: .kept)
  ) { _ in
    .transform { _, upstream throws(Fault) in
      var flattening = ListFlattener(upstream)
      return ElementStream(pages: { () async throws(Fault) in try await flattening.next() })
    }
  }

  static let chunk = BuiltInStage(
    CommandDeclaration(
      name: "chunk", summary: "Puts the elements into lists of N elements. The last list can be shorter.",
      parameters: [.init(name: "N", shape: .number).ruled(.count(from: 1))], result: "lists",
      examples: [.init(code: "1..5 | chunk 2 | map length(it)", output: "2\n2\n1")])
  ) { call in
    let count = call.once(0)
    return .transform { frame, upstream throws(Fault) in
      var (upstream, frame, size) = (upstream, frame, 0)
      var rest: [Value] = []
      return ElementStream { () async throws(Fault) in
        if size == 0 { size = try await count.run(&frame).whole("chunk", "N", from: 1) }
        while rest.count < size, let page = try await upstream.next() {
          try SizeLimits.check(elements: rest.count + page.count)
          rest += page
        }
        guard !rest.isEmpty else { return nil }
        let whole = Swift.max(1, rest.count / size)
        defer { rest = Array(rest.dropFirst(whole * size)) }
        return (0..<whole).map { .list(Array(rest.dropFirst($0 * size).prefix(size))) }
      }
    }
  }
}

/// Returns the elements of each list one by one, and any other element unchanged.
///
/// The names that `as` defined for a list also apply to each element of the list.
private struct ListFlattener {
  private var upstream: ElementStream
  private var page = ElementPage()
  private var position = 0
  private var inner: ElementStream?

  init(_ upstream: ElementStream) { self.upstream = upstream }

  /// Returns the next page of elements; nil at the end.
  mutating func next() async throws(Fault) -> ElementPage? {
    var out = ElementPage()
    while out.elements.count < 1024 {
      if let next = try await inner?.next() {
        for element in next { out.append(element, like: page, position - 1) }
        continue
      }
      inner = nil
      if position == page.elements.count {
        if !out.elements.isEmpty { return out }
        guard let next = try await upstream.page() else { return nil }
        (page, position) = (next, 0)
      }
      let element = page.elements[position]
      position += 1
      switch element {
      case .list, .page, .stream, .range: inner = try await PipelineRun.elements(of: element)
      default: out.append(element, like: page, position - 1)
      }
    }
    return out
  }
}
