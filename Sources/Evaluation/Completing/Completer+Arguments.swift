import Client
import JSONText
import Language
import LearnedSchema
import Values

extension Completer {
  /// The declaration of the command, stage or `def` whose call contains the cursor.
  ///
  /// Nil if the cursor is not in a call, or if the called word is unknown.
  var declaration: CommandDeclaration? {
    guard let call = context.target?.call else { return nil }
    if let definition = definitions[call.name] {
      return CommandDeclaration(
        name: call.name, summary: "",
        parameters: definition.parameters.filter { $0.fallback == nil }.map { .init(name: $0.name, shape: .any) },
        options: definition.parameters.filter { $0.fallback != nil }.map {
          .init(name: $0.name, shape: .any, summary: "")
        }, result: "")
    }
    if call.name == "set", !call.isStage {
      return CommandDeclaration(name: "set", summary: "", options: Vocabulary.settings, result: "")
    }
    return call.isStage ? BuiltInStage.named(call.name)?.declaration : BuiltInCommand.named(call.name)?.declaration
  }

  /// The candidates for an argument: values for its position, and options that the call does not have yet.
  var arguments: CandidatesAndSuffix {
    guard let target = context.target, let declaration else { return CandidatesAndSuffix(candidates: []) }
    let options = declaration.options.filter { !context.given.contains($0.name) }.map {
      Candidate(text: $0.name + ":", note: $0.summary)
    }
    guard case .argument(let index) = target.place else { return CandidatesAndSuffix(candidates: options) }
    let parameter = declaration.parameters.indices.contains(index) ? declaration.parameters[index] : nil
    let repeated = declaration.parameters.last.flatMap { $0.repeats ? $0 : nil }
    let values = (parameter ?? repeated).map(candidates) ?? []
    let isNeeded = parameter.map { !$0.isOptional } ?? false
    let block = context.mayOpenBlock && !isNeeded ? [Candidate(text: "do")] : []
    let isOnlyValue = isNeeded && !values.isEmpty && context.word.isEmpty
    return CandidatesAndSuffix(candidates: values + (isOnlyValue ? [] : options + block), suffix: values.ending)
  }

  /// Returns the candidates for a positional argument.
  private func candidates(_ parameter: CommandDeclaration.Parameter) -> [Candidate] {
    switch parameter.shape {
    case .client: return names { if case .client = $0 { true } else { false } }
    case .connection: return names { $0.isConnection }
    case .path, .field: return elementFields
    case .condition: return operands
    case .string:
      let texts = quoted(nil)
      return texts.isEmpty ? data(.string) : texts
    default: return parts + data(parameter.shape)
    }
  }

  /// The candidates for an option's value, or for a part of the value, such as a field of a record.
  var values: CandidatesAndSuffix {
    guard let target = context.target else { return CandidatesAndSuffix(candidates: data() + functions(), suffix: nil) }
    var (candidates, wanted) = (parts, CommandDeclaration.ArgumentType.any)
    if target.call.name == "source" { (candidates, wanted) = (quoted(nil), .string) }
    if case .option(let name) = target.place {
      guard let option = declaration?.options.first(where: { $0.name == name }) else {
        return CandidatesAndSuffix(candidates: data(), suffix: nil)
      }
      wanted = wantedShape(option, target.path)
      switch wanted {
      case .string, .strings: candidates += quoted(option.summary)
      case .any where name == "fields" && target.path.isEmpty: candidates += quoted(option.summary)
      case .any where name == "key" && target.path.isEmpty: candidates += elementFields
      case .boolean: candidates += ["true", "false"].map { Candidate(text: $0) }
      case .connection: candidates += names { $0.isConnection }
      case .path, .field: candidates += elementFields
      case .record: if candidates.isEmpty { candidates = [Candidate(text: "{", note: option.summary)] }
      default: break
      }
      if target.path.isEmpty { candidates += option.words.map { Candidate(text: "\"\($0)\"") } }
    }
    let isOnlyKnown = !candidates.isEmpty && context.word.isEmpty
    return CandidatesAndSuffix(
      candidates: candidates + (isOnlyKnown ? [] : data(wanted)), suffix: candidates.isEmpty ? nil : candidates.ending)
  }

  private func functions() -> [Candidate] {
    BuiltInFunction.all.map { Candidate(text: $0.name + "(", note: $0.summary) }
  }

  // MARK: Values from the learned schema

  /// The resource type of the client in the call's first argument; nil if this argument is not a known client.
  var client: InferredShape.ResourceShape? {
    guard let call = context.target?.call, let place = call.places.first,
      case .client(let client) = inference.shape(of: place, context.flows)
    else { return nil }
    return client.resource
  }

  /// The part of a request to which the value at the cursor belongs.
  ///
  /// The strings of `filter`, `fields` and `record` are the keys that lead from this part to the cursor.
  private enum RequestPart {
    case filter([String])
    case fields([String])
    /// A record with fixed names of members, such as `number` and `size` in the option `page:`.
    case members([String])
    case record([String])
    case id
    case identifiers
    case other
  }

  private var part: RequestPart {
    guard let target = context.target else { return .other }
    switch (target.place, target.call.isStage ? "| \(target.call.name)" : target.call.name) {
    case (.option("filter"), _): return .filter(target.path)
    case (.option("fields"), _): return .fields(target.path)
    case (.option("page"), _) where target.path.isEmpty: return .members(["number", "size", "offset", "limit"])
    case (.option("throttle"), _) where target.path.isEmpty: return .members(["depth", "p95"])
    case (.option("with"), "transition"), (.option("with"), "| transition"): return .record(target.path)
    case (.argument(1), "create"), (.argument(1), "upsert"), (.argument(2), "update"), (.argument(1), "| update"):
      return .record(target.path)
    case (.argument(3), "link"), (.argument(3), "relink"), (.argument(3), "unlink"), (.argument(2), "| link"),
      (.argument(2), "| relink"), (.argument(2), "| unlink"):
      return .identifiers
    case (.argument(1), _):
      let declared = declaration?.parameters
      return declared?.indices.contains(1) == true && declared?[1].shape == .id && target.path.isEmpty ? .id : .other
    default: return .other
    }
  }

  /// The candidates for a key of the record at the cursor, without the keys that the record already has.
  var keys: CandidatesAndSuffix {
    let left = members.filter { !context.given.contains($0.name) }
    return CandidatesAndSuffix(
      candidates: left.map { name, note in
        Candidate(text: (name.isName ? name : JSONValue.string(name).written) + ":", note: note)
      })
  }

  private var members: [(name: String, note: String?)] {
    if case .members(let names) = part { return names.map { ($0, nil) } }
    guard let client else { return [] }
    switch part {
    case .filter(let path) where path.isEmpty: return filters(client)
    case .fields(let path) where path.isEmpty: return client.queue.types.map { ($0, "type") }
    case .record(let path) where path.isEmpty:
      return client.fields.filter { !["id", "type"].contains($0.name) }.map { ($0.name, $0.note) }
    case .record(let path) where path.count == 1 && client.relationship(path[0]) != nil:
      return [("type", "the type"), ("id", "the id")]
    case .identifiers: return [("type", "the type"), ("id", "the id")]
    default: return []
    }
  }

  /// Returns the names by which a request can filter.
  ///
  /// First come the fields that the service has not refused as filters. Then come other names that the service has
  /// accepted as filters.
  private func filters(_ client: InferredShape.ResourceShape) -> [(name: String, note: String?)] {
    let refused = client.schema.names(in: .filter, accepted: false).map(client.spelled)
    let taken = client.schema.names(in: .filter).map(client.spelled)
    var fields: [(name: String, note: String?)] = []
    for field in client.fields where !refused.contains(field.name) && field.name != "type" {
      fields.append((field.name, field.note))
    }
    for name in taken where !fields.contains(where: { $0.name == name }) { fields.append((name, "filter")) }
    return fields
  }

  /// The candidates for the value at the cursor, from the learned schema, as source text.
  private var parts: [Candidate] {
    guard let client else { return [] }
    switch part {
    case .id:
      return client.schema.ids.map {
        Candidate(text: $0.isInteger ? $0 : JSONValue.string($0).written, note: "from a recent reply")
      }
    case .filter(let path) where path.count == 1, .record(let path) where path.count == 1:
      if let relationship = client.relationship(path[0]), let type = relationship.types.first {
        if case .filter = part { return ids(of: type, client) }
        let one = "{type: \(JSONValue.string(type).written), id: "
        return [Candidate(text: relationship.isToMany == true ? "[" + one : one, note: relationship.note)]
      }
      return client.attribute(path[0]).map { Self.values(of: $0).map { Candidate(text: $0.written) } } ?? []
    case .filter(let path) where path.isEmpty, .record(let path) where path.isEmpty:
      return client.schema.isEmpty ? [] : [Candidate(text: "{")]
    case .record(let path) where path.count == 2:
      return linkage(path[1], client.relationship(path[0]), client)
    case .identifiers:
      let path = context.target?.path ?? []
      return linkage(path.last ?? "", related(client), client)
    default: return []
    }
  }

  /// Returns the relationship that a call of `link`, `relink` or `unlink` names; nil if the relationship is unknown.
  private func related(_ client: InferredShape.ResourceShape) -> TypeSchema.Relationship? {
    guard let call = context.target?.call, call.places.count > (call.isStage ? 1 : 2) else { return nil }
    return client.relationship(
      inference.source.text(call.places[call.isStage ? 1 : 2]).trimmingPrefix("\"").filter { $0 != "\"" })
  }

  /// Returns the candidates for the value of a member in a resource identifier: `type` or `id`.
  private func linkage(
    _ member: String, _ relationship: TypeSchema.Relationship?, _ client: InferredShape.ResourceShape
  ) -> [Candidate] {
    guard let types = relationship?.types else { return [] }
    switch member {
    case "type": return types.map { Candidate(text: JSONValue.string($0).written) }
    case "id": return types.flatMap { ids(of: $0, client) }
    default: return []
    }
  }

  private func ids(of type: String, _ client: InferredShape.ResourceShape) -> [Candidate] {
    client.queue[type]?.ids.map { Candidate(text: JSONValue.string($0).written, note: "\(type), from a recent reply") }
      ?? []
  }

  /// Returns the values that completion offers for an attribute.
  ///
  /// For a boolean, these are `true` and `false`. For other types, these are the values that the schema has learned. If
  /// the schema could not store all values of the attribute, completion offers none of the learned values.
  static func values(of attribute: TypeSchema.Attribute) -> [JSONValue] {
    let booleans: [JSONValue] = attribute.kinds.contains(.boolean) ? [true, false] : []
    return booleans + (attribute.hasMoreValues ? [] : attribute.values)
  }

  /// The possible completions of the string at the cursor.
  ///
  /// They depend on the argument or the option that contains the string.
  var partTexts: [String] {
    guard let client else { return [] }
    switch part {
    case .id: return client.schema.ids
    case .filter(let path) where path.count == 1, .record(let path) where path.count == 1:
      if let type = client.relationship(path[0])?.types.first { return client.queue[type]?.ids ?? [] }
      return client.attribute(path[0]).map { Self.values(of: $0).compactMap(\.stringValue) } ?? []
    case .record(let path) where path.count == 2:
      return linkageTexts(path[1], client.relationship(path[0]), client)
    case .identifiers: return linkageTexts(context.target?.path.last ?? "id", related(client), client)
    default: return []
    }
  }

  private func linkageTexts(
    _ member: String, _ relationship: TypeSchema.Relationship?, _ client: InferredShape.ResourceShape
  ) -> [String] {
    guard let types = relationship?.types else { return [] }
    return member == "type" ? types : types.flatMap { client.queue[$0]?.ids ?? [] }
  }
}

extension [CompletionResult.Candidate] {
  /// The character that completion adds if only one candidate fits.
  ///
  /// The character is a space. It is nil if a candidate is a string without its closing quote.
  fileprivate var ending: Character? {
    let isOpen = contains { $0.text == "\"" || $0.text.hasPrefix("\"") && !$0.text.hasSuffix("\"") }
    return isOpen ? nil : " "
  }
}

extension InferredShape {
  fileprivate var isConnection: Bool {
    if case .value(.connection) = self { true } else if case .connection = self { true } else { false }
  }
}

extension String {
  /// Whether the text has the form of an integer without leading zeros, such as `12`.
  fileprivate var isInteger: Bool {
    !isEmpty && utf8.allSatisfy { 0x30...0x39 ~= $0 } && (self == "0" || utf8.first != UInt8(ascii: "0"))
  }
}
