import JSONAPI
import JSONRPC
import JSONText

/// The advice in errors whose cause is a mismatch between a client's settings and its service.
extension ResourceClient {
  /// Returns the error for a `link` or an `unlink` of a to-one relationship.
  ///
  /// The two commands accept only to-many relationships.
  func toOne(
    _ change: RelationshipClient.LinkageChange, _ name: String, _ id: String, _ identifiers: JSONValue
  ) -> ClientError {
    let isKnown = settings.declared(name) != nil || observedFacts.leadsToOne(name) || identifiers.isNull
    let does =
      "\(change.word) \(change == .link ? "adds resources to" : "removes resources from") a to-many relationship"
    let relink = relink(name, id, change == .link ? identifiers.arrayValue?.first ?? identifiers : .null)
    return isKnown
      ? ClientError(
        .value, "\(settings.type) \(change.word): \(name) is a to-one relationship, but \(does)", nextStep: relink)
      : ClientError(
        .value, "\(settings.type) \(change.word): \(does), but the value is not a list",
        nextStep: "[\(words(identifiers, name))]; if \(name) is a to-one relationship: \(relink)")
  }

  /// Throws an error if the result of a change means that the service changed nothing.
  ///
  /// For a `destroy` and for a relationship change, the result `false` is an error. For a `link`, the result `null` is
  /// an error too: the relationship is to-one, and the service added nothing (WireProtocol.md, "Relationship methods").
  func refuseNothing(_ result: JSONValue, to request: TransportRequest) throws(ClientError) {
    if result == .bool(false),
      request.method == "destroy" || RelationshipClient.LinkageChange(rawValue: request.method) != nil
    {
      throw malformed(request.method, "the reply's result is false")
    }
    guard request.method == RelationshipClient.LinkageChange.link.rawValue, result.isNull,
      let name = request.params["relationship"]?.stringValue, let data = request.params["data"]
    else { return }
    observedFacts.record(name, .null)
    var error = ClientError(
      .service, "\(label("link")): \(name) is a to-one relationship, and the service changed nothing")
    let id = request.params["\(settings.singularName)_id"]?.idText ?? ""
    error.nextStep = relink(name, id, data.arrayValue?.first ?? data)
    throw error
  }

  /// Returns the error with advice for the user, if the program knows advice for the error's code and details.
  func withNextStep(_ error: ClientError, _ method: String) -> ClientError {
    var error = error
    error.nextStep = error.errors.lazy.compactMap { nextStep($0, method) }.first ?? error.nextStep
    return error
  }

  private func nextStep(_ error: ErrorDetail, _ method: String) -> String? {
    guard let detail = error.detail else { return nil }
    switch error.code {
    case "101" where detail == "\(settings.type) is not a valid resource.":
      guard let type = observedFacts.type else {
        return "the service of this queue serves another type; make a client with that type: "
          + "client queue: \(JSONValue.string(queue).text) type: \"...\""
      }
      return "client queue: \(JSONValue.string(queue).text) type: \(JSONValue.string(type).text)"
    case "105" where ["number", "size"].contains { detail == "\($0) is not an allowed page parameter." }:
      return "page: {offset: 0, limit: 100}"
    case "105" where ["offset", "limit"].contains { detail == "\($0) is not an allowed page parameter." }:
      return "page: {number: 1, size: 100}"
    case "115" where method == RelationshipClient.LinkageChange.link.rawValue:
      return "use relink for a to-one relationship"
    case "115" where method == RelationshipClient.LinkageChange.relink.rawValue:
      return "a to-one relationship takes an identifier or null, and a to-many relationship takes a list"
    case "106":
      let name = detail.replacing("The required parameter, ", with: "").replacing(", is missing.", with: "")
      guard name.hasSuffix("_id"), name != "\(settings.singularName)_id" else { return nil }
      return made(with: "singular: \(JSONValue.string(String(name.dropLast(3))).text)")
    default: return nil
    }
  }

  /// Returns the error with advice, if the service does not accept a field (code 105 of jsonapi-resources).
  func withFieldStep(_ error: ClientError, _ message: TransportRequest) -> ClientError {
    guard error.nextStep == nil, let data = message.params["data"] else { return error }
    let attributes = data["attributes"]?.objectValue ?? [:]
    let relationships = data["relationships"]?.objectValue ?? [:]
    let names = error.errors.compactMap { error -> String? in
      guard error.code == "105", let detail = error.detail, detail.hasSuffix(" is not allowed.") else { return nil }
      let name = String(detail.dropLast(" is not allowed.".count))
      return attributes.contains(name) || relationships.contains(name) ? name : nil
    }
    guard let first = names.first else { return error }
    let spelled = names.map { settings.keys == .underscore ? KeyRenaming.incoming.name($0) : $0 }
    var error = error
    if names.contains("attributes") || names.contains("relationships") {
      error.nextStep =
        "write the fields of \(first) directly in the record; "
        + "or add the type to the record: {type: \"\(settings.type)\", \(first): ...}"
      return error
    }
    let value = attributes[first] ?? .null
    if attributes.contains(first), value.isNull || value.arrayValue?.isEmpty == true {
      error.nextStep = emptying(spelled[0], of: message.params["id"]?.idText, isMany: !value.isNull)
    } else {
      error.nextStep =
        "remove the field; in a pipeline: | without \(spelled.map { ".\($0)" }.joined(separator: " "))"
    }
    return error
  }

  /// Returns the advice for a refused field that the client sent as null or as an empty list.
  ///
  /// The field is probably a relationship that the client does not declare.
  private func emptying(_ name: String, of id: String?, isMany: Bool) -> String {
    let isMany = isMany || name.hasSuffix("s")
    let type = JSONValue.string(name.hasSuffix("s") ? name : name + "s").text
    let way = made(with: "relationships: {\(name): \(isMany ? "[\(type)]" : type)}")
    let nothing: JSONValue = isMany ? .array([]) : .null
    let statement = id.map { "; or clear the relationship: " + relink(name, $0, nothing) } ?? ""
    return "if \(name) is a relationship, declare the relationship: \(way)\(statement)"
  }

  /// Returns the command that creates the client with an additional option.
  ///
  /// An example is `client queue: "posts" singular: "post"`.
  private func made(with option: String) -> String {
    let type = type == queue ? "" : " type: \(JSONValue.string(type).text)"
    return "client queue: \(JSONValue.string(queue).text)\(type) \(option)"
  }

  private func relink(_ name: String, _ id: String, _ linkage: JSONValue) -> String {
    let id = id.allSatisfy(\.isWholeNumber) ? id : "\"\(id)\""
    return "relink \(settings.type) \(id) \"\(name)\" \(words(linkage, name))"
  }

  /// Returns linkage as source text of the language, such as `null`, `[]` or `{type: "authors", id: "1"}`.
  ///
  /// Unknown parts get an example value, such as `{type: "...", id: "1"}`.
  private func words(_ linkage: JSONValue, _ name: String) -> String {
    if linkage.isNull { return "null" }
    if linkage.arrayValue?.isEmpty == true { return "[]" }
    let id = "id: \(JSONValue.string(linkage["id"]?.idText ?? "1").text)"
    if settings.declared(name) != nil { return "{\(id)}" }
    return "{type: \(JSONValue.string(linkage["type"]?.stringValue ?? "...").text), \(id)}"
  }
}
