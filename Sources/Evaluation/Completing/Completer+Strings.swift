import Language
import Values

/// Completes values whose position determines their type, and adds quotes to strings.
extension Completer {
  /// Returns the candidates for a string: the known texts in quotes or, if no text is known, an opening quote.
  ///
  /// The list is empty if the user has already begun to type the word at the cursor.
  func quoted(_ summary: String?) -> [Candidate] {
    guard context.word.isEmpty else { return [] }
    let inner = textOffer
    guard !inner.candidates.isEmpty else { return [Candidate(text: "\"", note: summary)] }
    return inner.candidates.map { candidate in
      let isClosed = inner.suffix == "\"" && !candidate.text.hasSuffix("/")
      return Candidate(text: "\"" + candidate.text + (isClosed ? "\"" : ""), note: candidate.note)
    }
  }

  /// Returns the candidates for the variables whose value can have the type `wanted`.
  func data(_ wanted: CommandDeclaration.ArgumentType = .any) -> [Candidate] {
    names { shape in
      switch shape.typeName {
      case nil: true
      case "client", "connection": false
      case let name?: wanted.admits(name)
      }
    }
  }

  /// Returns the type that the value at the cursor must have.
  ///
  /// If `path` is empty, this is the type of the option. Otherwise it is the type of a member of the option's record,
  /// such as `number` in `page:`.
  func wantedShape(_ option: CommandDeclaration.Option, _ path: [String]) -> CommandDeclaration.ArgumentType {
    switch (option.name, path.first) {
    case (_, nil): option.shape
    case ("page", _), ("throttle", "depth"): .number
    case ("throttle", "p95"): .duration
    case ("via", _): .string
    default: .any
    }
  }

  /// The shape of the element that a `.field` at the cursor reads.
  ///
  /// In the option `key:` of a command such as `upsert`, the element is the record in the command's arguments.
  var element: InferredShape {
    guard let target = context.target, case .option("key") = target.place, !target.call.isStage else {
      return inference.element(context.flows)
    }
    let places = target.call.places
    switch target.call.name {
    case "upsert" where places.count > 1:
      let record = inference.shape(of: places[1], context.flows)
      return record.fields.isEmpty ? client.map { InferredShape.resource($0) } ?? InferredShape.unknown : record
    case "diff" where !places.isEmpty: return inference.shape(of: places[0], context.flows).element
    default: return inference.element(context.flows)
    }
  }

  /// The candidates for the fields of ``element``, each with a dot: `.title`.
  var elementFields: [Candidate] {
    Self.names(of: element.fields).map { Candidate(text: "." + $0.text, note: $0.note) }
  }

  /// Returns the candidates for a key in brackets after the value at `base`: `"title"` in `post["title"]`.
  ///
  /// If the cursor is already in a string, the candidates have no quotes.
  func keys(of base: SourceRange?) -> [Candidate] {
    guard let base else { return [] }
    let shape = inference.shape(of: base, context.flows)
    let texts = Self.texts(shape.fields.map(\.name))
    return context.isInString ? texts : texts.map { Candidate(text: "\"" + $0.text + "\"", note: $0.note) }
  }
}

extension InferredShape {
  /// The name of the type of a value with this shape; nil if the type is unknown.
  fileprivate var typeName: String? {
    switch self {
    case .value(let value): value.typeName
    case .resource: "resource"
    case .elements: "list"
    case .record: "record"
    case .client: "client"
    case .connection: "connection"
    case .error: "error"
    case .unknown, .attribute, .scalar: nil
    }
  }
}

extension CommandDeclaration.ArgumentType {
  /// Returns whether an argument of this type accepts a value whose type has the name `type`.
  fileprivate func admits(_ type: String) -> Bool {
    switch self {
    case .any, .condition: true
    case .strings: ["string", "list"].contains(type)
    case .id: ["string", "number", "resource", "identifier", "record"].contains(type)
    case .record: ["record", "resource"].contains(type)
    case .list: ["list", "page", "range", "stream"].contains(type)
    case .path, .field: false
    case .string, .number, .boolean, .duration, .client, .connection, .pattern: rawValue == type
    }
  }
}
