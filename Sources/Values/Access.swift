import JSONText
import Language

/// Reading fields and elements of values.
package enum Access {
  /// The field of a name.
  ///
  /// With `?.`, null and a missing field give null.
  package static func field(of value: Value, _ name: String, isOptional: Bool) throws(Fault) -> Value {
    switch value {
    case .record(let record):
      if let field = record[name] { return field }
      if isOptional { return .null }
      throw missing(name, "the record", record.names)
    case .resource(let resource):
      if let field = try resource.field(name) { return field }
      if isOptional { return .null }
      throw missing(name, resource.label, resource.fieldNames)
    case .null:
      if isOptional { return .null }
      throw Fault(.field, ".\(name) of null", nextStep: "?.\(name) gives null instead")
    default:
      let fields = fields(of: value)
      if let field = fields.first(where: { $0.name == name }) { return field.value }
      if isOptional { return .null }
      if fields.isEmpty { throw noFields(value, name) }
      throw missing(name, value.typeWithArticle, fields.map(\.name))
    }
  }

  /// The fields of a value that is neither a record nor a resource.
  private static func fields(of value: Value) -> [Record.Field] {
    switch value {
    case .page(let page):
      [("items", .list(page.items)), ("pagination", page.pagination), ("meta", page.meta), ("links", page.links)]
    case .error(let fault): fault.fields
    case .client(let client): client.fields
    default: []
    }
  }

  package static func missing(_ name: String, _ owner: String, _ names: [String]) -> Fault {
    let near = nearest(to: name, among: names)
    let known =
      names.isEmpty
      ? "it has none" : "it has " + names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", ..." : "")
    return Fault(
      .field, "\(owner) has no field \(name)",
      nextStep: near.map { "did you mean .\($0)?" } ?? "\(known); ?.\(name) gives null")
  }

  private static func noFields(_ value: Value, _ name: String) -> Fault {
    switch value {
    case .list, .stream, .range:
      Fault(.field, "\(value.typeWithArticle) has no fields", nextStep: "read it of each element: | map .\(name)")
    default: Fault(.field, "\(value.typeWithArticle) has no fields")
    }
  }

  /// The element at an index, counted from 0, or from the end where it is negative; of a record the field.
  package static func element(of value: Value, at index: Value, isOptional: Bool) throws(Fault) -> Value {
    switch (value, index) {
    case (.list(let elements), .number(let number)): return try element(elements, number, isOptional)
    case (.page(let page), .number(let number)): return try element(page.items, number, isOptional)
    case (.record, .string(let name)), (.resource, .string(let name)):
      return try field(of: value, name, isOptional: isOptional)
    case (.null, _) where isOptional: return .null
    case (.null, _): throw Fault(.field, "an element of null", nextStep: "?[...] gives null instead")
    case (.list, _), (.page, _): throw Fault(.type, "the index of a list is an integer, not \(index.typeWithArticle)")
    case (.record, _), (.resource, _): throw Fault(.type, "a field's name is a string, not \(index.typeWithArticle)")
    case (.stream, _), (.range, _):
      throw Fault(
        .type, "a stream has no index", nextStep: "collect it first: (... | collect)[0], or take one: | first")
    default: throw Fault(.type, "\(value.typeWithArticle) has no elements")
    }
  }

  private static func element(_ elements: [Value], _ number: JSONNumber, _ isOptional: Bool) throws(Fault) -> Value {
    guard let position = number.integer else { throw Fault(.type, "the index of a list is an integer, not \(number)") }
    let index = position < 0 ? elements.count + position : position
    if elements.indices.contains(index) { return elements[index] }
    if isOptional { return .null }
    let count = elements.count == 1 ? "1 element" : "\(elements.count) elements"
    throw Fault(.field, "no element \(position) in a list of \(count)", nextStep: "?[\(position)] gives null instead")
  }
}

extension Fault {
  /// What `rescue` reads.
  package var fields: [Record.Field] {
    [
      ("kind", .string(kind.word)), ("message", .string(message)), ("errors", .list(errors.map { Value($0) })),
      ("place", place.map { .string($0) } ?? .null), ("seed", .string(seed)),
    ]
  }

  /// Where it was: `migrate.retort:14:14`.
  package var place: String? {
    guard let source, let mark = marks.first else { return nil }
    let place = source.place(of: mark.range.lower)
    return "\(source.name):\(place.line):\(place.column)"
  }
}
