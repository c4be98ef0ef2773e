import JSONText
import Language

/// Reads fields and elements of values, as in `post.text` and `list[0]`.
package enum ValueAccess {
  /// Returns the value of a field: `value.name`, or `value?.name` if `isOptional` is true.
  ///
  /// With `?.`, the result is null if `value` is null or has no such field. Without `?.`, both cases are errors.
  package static func field(of value: Value, _ name: FieldName, isOptional: Bool) throws(Fault) -> Value {
    switch value {
    case .record(let record):
      if let field = record[name.text] { return field }
      if isOptional { return .null }
      throw missing(name.text, "the record", record.names)
    case .resource(let resource):
      if let field = try resource.field(name) { return field }
      if isOptional { return .null }
      throw resource.isIdentifier
        ? missing(name.text, ofIdentifier: resource) : missing(name.text, resource.label, resource.fieldNames)
    case .null:
      if isOptional { return .null }
      throw Fault(
        .field, "can't read .\(name.text) of null", nextStep: "to get null instead of an error, write ?.\(name.text)")
    default:
      let name = name.text
      let fields = fields(of: value)
      if let field = fields.first(where: { $0.name.isSame(as: name) }) { return field.value }
      if isOptional { return .null }
      if fields.isEmpty { throw noFields(value, name) }
      throw missing(name, value.typeWithArticle, fields.map(\.name))
    }
  }

  /// Returns the fields of a page, an error or a client; an empty list for other values.
  ///
  /// The caller handles records and resources itself.
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
    if near == nil, names == ClientValue.fieldNames {
      return Fault(
        .field, "\(owner) has no field \(name)",
        nextStep:
          "its fields are \(names.joined(separator: ", ")); "
          + "to read this field from the resources of the client, write stream CLIENT | map .\(name)")
    }
    return Fault(
      .field, "\(owner) has no field \(name)",
      nextStep: near.map { "did you mean .\($0)?" }
        ?? "\(listing(names)); to get null instead of an error, write ?.\(name)")
  }

  /// Returns the error for a missing field, if only the type and the id of the resource are known.
  ///
  /// For example, a resumed run knows only the type and the id of a resource that an earlier run changed.
  private static func missing(_ name: String, ofIdentifier resource: ResourceValue) -> Fault {
    Fault(
      .field, "\(resource.label) has no field \(name), because only its type and its id are known",
      nextStep:
        "to read the resource first, add a stage: ... | show CLIENT | ...; to get null instead of an error, write "
        + "?.\(name)")
  }

  /// Returns a sentence with the names of at most twelve fields: `its fields are a, b`.
  package static func listing(_ names: [String]) -> String {
    switch names.count {
    case 0: "it has no fields"
    case 1: "its only field is \(names[0])"
    default: "its fields are " + names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", ..." : "")
    }
  }

  private static func noFields(_ value: Value, _ name: String) -> Fault {
    switch value {
    case .list, .stream, .range:
      Fault(
        .field, "\(value.typeWithArticle) has no fields", nextStep: "read the field from each element: | map .\(name)")
    default: Fault(.field, "\(value.typeWithArticle) has no fields")
    }
  }

  /// Converts a text or an integer to the key of a record.
  ///
  /// - Parameters:
  ///   - value: The value that a script uses as key.
  ///   - taker: The operation that needs the key, as the error message names it.
  ///   - nextStep: The next step that the error message shows.
  /// - Returns: The text, or the integer's digits.
  /// - Throws: A `type` error for a value that is neither a text nor an integer.
  package static func key(_ value: Value, _ taker: String, nextStep: String) throws(Fault) -> String {
    switch value {
    case .string(let text): return text
    case .number(let number) where number.integer != nil: return number.text
    default:
      throw Fault(
        .type, "\(taker) needs a string or an integer as key, not \(value.typeWithArticle)",
        nextStep: nextStep)
    }
  }

  /// Returns the value of `owner[key]`: a field of a record or a resource, with a name that the script computes.
  private static func value(of owner: Value, at key: Value, _ isOptional: Bool) throws(Fault) -> Value {
    if isOptional, key.isNull { return .null }
    let name = try Self.key(
      key, "a record",
      nextStep: key.isNull
        ? "to get null instead of an error, write ?[...]" : "convert the key to text: string(x), or json([a, b])"
    )
    switch owner {
    case .record(let record):
      if let value = record[name] { return value }
      if isOptional { return .null }
      throw missingKey(name, "the record", record.names)
    case .resource(let resource):
      if let value = try resource.field(name) { return value }
      if isOptional { return .null }
      throw missingKey(name, resource.label, resource.fieldNames)
    default: return .null
    }
  }

  private static func missingKey(_ name: String, _ owner: String, _ names: [String]) -> Fault {
    let near = names.count <= 10_000 ? nearest(to: name, among: names) : nil
    return Fault(
      .field, "\(owner) has no key \(JSONValue.string(name).text)",
      nextStep: near.map { "did you mean \(JSONValue.string($0).text)?" }
        ?? "to get null instead of an error, write ?[...]")
  }

  /// Returns an index as an integer.
  ///
  /// A negative literal counts from the end, and `isFromEnd` is true for such a literal. Any other negative index is an
  /// error.
  private static func position(_ number: JSONNumber, of what: String, _ isFromEnd: Bool) throws(Fault) -> Int {
    guard let position = number.position else {
      throw Fault(.type, "the index of \(what) must be an integer, not \(number)")
    }
    guard position >= 0 || isFromEnd else {
      throw Fault(
        .value, "a computed index is below zero: \(number)",
        nextStep: "to count from the end, write a literal number: [-1] is the last element")
    }
    return position
  }

  /// Returns the code point at an index in a text.
  ///
  /// A negative index counts from the end.
  private static func codePoint(
    _ text: String, _ number: JSONNumber, _ isOptional: Bool, _ isFromEnd: Bool
  ) throws(Fault) -> Value {
    let position = try position(number, of: "text", isFromEnd)
    let scalars = text.unicodeScalars
    let place =
      position >= 0
      ? scalars.index(scalars.startIndex, offsetBy: position, limitedBy: scalars.endIndex)
      : scalars.index(scalars.endIndex, offsetBy: position, limitedBy: scalars.startIndex)
    if let place, place < scalars.endIndex { return .string(String(scalars[place])) }
    if isOptional { return .null }
    let count = scalars.count == 1 ? "1 code point" : "\(scalars.count) code points"
    throw Fault(
      .field, "there is no code point \(number): the text has \(count)",
      nextStep: "to get null instead of an error, write ?[\(number)]")
  }

  /// Returns the value of the expression `value[index]`.
  ///
  /// The result is an element (of a list or page), a code point (of a text), or a field (of a record or resource). An
  /// index counts from 0, and a negative literal counts from the end. A range of indexes returns a part of the list or
  /// text.
  ///
  /// - Parameters:
  ///   - value: The list, page, text, record or resource.
  ///   - index: The index, the range of indexes, or the field's name.
  ///   - isOptional: Whether the result for a missing element is null instead of an error.
  ///   - isFromEnd: Whether the index is a negative literal.
  /// - Returns: The element; null if the element is missing and `isOptional` is true.
  /// - Throws: An error for an index of the wrong type, a negative computed index, and a missing element.
  package static func element(
    of value: Value, at index: Value, isOptional: Bool, isFromEnd: Bool = false
  ) throws(Fault) -> Value {
    switch (value, index) {
    case (.list(let elements), .number(let number)): return try element(elements, number, isOptional, isFromEnd)
    case (.page(let page), .number(let number)): return try element(page.items, number, isOptional, isFromEnd)
    case (.string(let text), .number(let number)): return try codePoint(text, number, isOptional, isFromEnd)
    case (.list, .range(let lower, let upper)), (.page, .range(let lower, let upper)),
      (.string, .range(let lower, let upper)):
      let bounds = [lower, upper].map { Value.number(JSONNumber($0)) }
      return try SliceBounds(
        from: SliceBounds.SliceBound(bounds[0], isFromEnd: false),
        to: SliceBounds.SliceBound(bounds[1], isFromEnd: false)
      ).of(value)
    case (.record, _), (.resource, _): return try self.value(of: value, at: index, isOptional)
    case (.null, _) where isOptional: return .null
    case (.null, _):
      throw Fault(.field, "null has no elements", nextStep: "to get null instead of an error, write ?[...]")
    case (.string, _): throw Fault(.type, "the index of a string must be an integer, not \(index.typeWithArticle)")
    case (.list, _), (.page, _):
      throw Fault(.type, "the index of a list must be an integer, not \(index.typeWithArticle)")
    case (.stream, _), (.range, _):
      throw Fault(
        .type, "a stream has no index",
        nextStep: "collect the stream first: (... | collect)[0], or take one element: | first")
    case (.client, _):
      throw Fault(
        .type, "a client has no elements",
        nextStep: "show CLIENT ID reads a resource, and stream CLIENT reads all resources")
    default: throw Fault(.type, "\(value.typeWithArticle) has no elements")
    }
  }

  private static func element(
    _ elements: [Value], _ number: JSONNumber, _ isOptional: Bool, _ isFromEnd: Bool
  ) throws(Fault) -> Value {
    let position = try position(number, of: "a list", isFromEnd)
    let index = position < 0 ? elements.count + position : position
    if elements.indices.contains(index) { return elements[index] }
    if isOptional { return .null }
    let count = elements.count == 1 ? "1 element" : "\(elements.count) elements"
    throw Fault(
      .field, "there is no element \(number): the list has \(count)",
      nextStep: "to get null instead of an error, write ?[\(number)]")
  }
}

extension Fault {
  /// The fields of an error, which a script can read in `rescue`, such as `.kind` and `.message`.
  package var fields: [Record.Field] {
    [
      ("kind", .string(kind.word)), ("message", .string(message)), ("errors", .list(errors.map { Value($0) })),
      ("place", place.map { .string($0) } ?? .null), ("seed", .string(calcinatorKind)),
    ]
  }

  /// The position of the error in the script, such as `migrate.retort:14:14`; nil if it is unknown.
  ///
  /// The two numbers are the line and the column.
  package var place: String? {
    guard let source, let mark = marks.first else { return nil }
    let place = source.place(of: mark.range.lower)
    return "\(source.name):\(place.line):\(place.column)"
  }
}
