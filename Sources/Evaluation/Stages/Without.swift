import JSONText
import Language
import Values

extension BuiltInStage {
  static let without = BuiltInStage(
    CommandDeclaration(
      name: "without",
      summary: "Removes fields from each element. If an element is a resource, the result is a resource too.",
      parameters: [.init(name: ".FIELD", shape: .path, repeats: true)], result: "elements",
      examples: [.init(code: #"[{a: 1, b: 2, c: 3}] | without .b .c"#, output: #"{"a":1}"#)], names: .kept)
  ) { call in
    var fields: [(name: String, isOptional: Bool)] = []
    for expression in call.positional {
      guard case .elementField(let name, _, let isOptional) = expression.kind else {
        let names = call.positional.compactMap { place in
          (place.bareName ?? place.path).flatMap { $0.contains(".") ? nil : ".\($0)" }
        }
        call.compiler.report(
          "the arguments of the stage `without` must be fields", expression.range,
          nextStep: expression.path?.contains(".") ?? false
            ? "only a whole field can be removed: without .\((expression.path ?? "a").prefix { $0 != "." })"
            : "without \(names.count == call.positional.count ? names.joined(separator: " ") : ".a .b")")
        continue
      }
      fields.append((name, isOptional))
    }
    if fields.isEmpty, call.positional.isEmpty {
      call.compiler.report(
        "the stage `without` needs .FIELD", call.command.nameRange, nextStep: call.declaration.signature)
    }
    let named = fields
    return .transform { frame, upstream throws(Fault) in
      upstream.mapping(.constant(.null), frame, stage: "without") { element, _, out throws(Fault) in
        var rest = element
        for field in named { rest = try rest.without(field.name, isOptional: field.isOptional) }
        out.append(rest)
      }
    }
  }
}

extension Value {
  /// Returns this record or resource without one of its fields.
  ///
  /// - Throws: An error if the field is missing and `isOptional` is false.
  fileprivate func without(_ name: String, isOptional: Bool) throws(Fault) -> Value {
    switch self {
    case .record(let record):
      let rest = record.fields.filter { $0.name != name }
      if rest.count == record.count, !isOptional { throw ValueAccess.missing(name, "the record", record.names) }
      return .record(Record(rest))
    case .resource(let resource):
      if name == "type" {
        throw Fault(
          .value, "a resource must keep its type", nextStep: "make a record of the fields: | select .id .text")
      }
      if let rest = resource.without(name) { return .resource(rest) }
      if isOptional { return self }
      throw ValueAccess.missing(name, resource.label, resource.fieldNames)
    default:
      throw Fault(.type, "the stage `without` takes records, not \(typeWithArticle)")
    }
  }
}
