import JSONText
import Language
import Values
import Formats

extension Stage {
  static let map = Stage(
    Declaration(
      name: "map", summary: "Gives the value of an expression for each element.",
      parameters: [.init(name: "EXPRESSION", shape: .any)], result: "elements",
      examples: [.init(code: "1..3 | map it * 10", output: "10\n20\n30")])
  ) { call in
    let code = call.each(0)
    return .transform { frame, upstream throws(Fault) in
      upstream.mapping(code, frame, stage: "map") { _, value, out throws(Fault) in
        out.append(value)
        return true
      }
    }
  }

  static let select = Stage(
    Declaration(
      name: "select", summary: "Gives a flat record of some fields of each element.",
      parameters: [.init(name: ".FIELD", shape: .path, isOptional: true, repeats: true)], result: "records",
      examples: [
        .init(
          code: "stream posts | take 1 | select .id .author.id title: .text",
          output: #"{"id":"1","author.id":"1","title":"Post 1"}"#)
      ], takesAnyOption: true)
  ) { call in
    let code = call.selection()
    return .transform { frame, upstream throws(Fault) in
      upstream.mapping(code, frame, stage: "select") { _, value, out throws(Fault) in
        out.append(value)
        return true
      }
    }
  }

  static let with = Stage(
    Declaration(
      name: "with", summary: "Adds fields to each element, or changes them.", result: "records",
      examples: [.init(code: "[{n: \"2\"}] | with n: int(.n) m: 1", output: #"{"n":2,"m":1}"#)], takesAnyOption: true)
  ) { call in
    let names = call.options.map(\.name)
    let code = Code.of(call.options.map { call.each($0.value) }) { .list($0) }
    return .transform { frame, upstream throws(Fault) in
      upstream.mapping(code, frame, stage: "with") { element, value, out throws(Fault) in
        guard case .list(let values) = value else { return true }
        let added = Record(zip(names, values).map { (name: $0.0, value: $0.1) })
        switch element {
        case .record(let record): out.append(try Value.record(record.merging(added)).limitedInDepth())
        case .resource(let resource): out.append(.record(resource.flat().merging(added)))
        default:
          throw Fault(
            .type, "with needs records, not \(element.typeWithArticle)", nextStep: "make one: | map {value: it}")
        }
        return true
      }
    }
  }

  static let flatten = Stage(
    Declaration(
      name: "flatten", summary: "Gives the elements of lists one by one.", result: "elements",
      examples: [.init(code: "[[1, 2], [3]] | flatten", output: "1\n2\n3")])
  ) { _ in
    .transform { _, upstream throws(Fault) in
      var upstream = upstream
      var page: ArraySlice<Value> = []
      var inner: ElementStream?
      return ElementStream { () async throws(Fault) in
        var out: [Value] = []
        while out.count < 1024 {
          if let next = try await inner?.next() {
            out.append(contentsOf: next)
            continue
          }
          inner = nil
          if page.isEmpty {
            if !out.isEmpty { return out }
            guard let next = try await upstream.next() else { return nil }
            page = next[...]
          }
          guard let element = page.popFirst() else { continue }
          switch element {
          case .list, .page, .stream, .range: inner = try await PipelineRun.spread(element)
          default: out.append(element)
          }
        }
        return out
      }
    }
  }
}

extension StageCall {
  /// Code for a flat record of the places' paths and the options.
  func selection() -> Code {
    var names: [String] = []
    var codes: [Code] = []
    for expression in positional {
      guard let path = expression.path else {
        compiler.report(
          "\(command.name) names a column by its field", expression.range, nextStep: "give it a name: total: (.a + .b)")
        continue
      }
      names.append(path)
      codes.append(each(expression))
    }
    for option in options where !declaration.options.contains(where: { $0.name == option.name }) {
      names.append(option.name)
      codes.append(each(option.value))
    }
    let keys = names
    return Code.of(codes) { values in .record(Record(zip(keys, values).map { (name: $0.0, value: $0.1) })) }
  }
}

extension Expr {
  /// The name of a `.a.b` path: `a.b`.
  var path: String? {
    switch kind {
    case .elementField(let name, _, _): name
    case .field(let base, let name, _, _): base.path.map { "\($0).\(name)" }
    default: nil
    }
  }
}
