import JSONAPI
import JSONRPC
import JSONText

/// The next steps for replies that show a mismatch between a client's settings and its service.
extension ResourceClient {
  /// Returns the error for a change that adds to or removes from a to-one relationship.
  func toOne(
    _ change: RelationshipClient.LinkageChange, _ name: String, _ id: String, _ identifiers: JSONValue
  ) -> ClientError {
    let isKnown = settings.declared(name) != nil || linkages.leadsToOne(name) || identifiers.isNull
    let does = "\(change.word) \(change == .link ? "adds to" : "removes from") a to-many relationship"
    let relink = relink(name, id, change == .link ? identifiers.arrayValue?.first ?? identifiers : .null)
    return isKnown
      ? ClientError(
        .value, "\(settings.type) \(change.word): \(name) is a to-one relationship, but \(does)", nextStep: relink)
      : ClientError(
        .value, "\(settings.type) \(change.word): \(does), but the value is not a list",
        nextStep: "[\(words(identifiers, name))]; if \(name) is a to-one relationship: \(relink)")
  }

  /// Throws if a service replied to a `link` with null.
  ///
  /// Null means that the relationship is to-one and that the service added nothing (WireProtocol.md, "Relationship
  /// methods").
  func refuseNothing(_ result: JSONValue, to request: OutgoingRequest) throws(ClientError) {
    guard request.method == RelationshipClient.LinkageChange.link.rawValue, result.isNull,
      let name = request.params["relationship"]?.stringValue, let data = request.params["data"]
    else { return }
    linkages.note(name, .null)
    var error = ClientError(
      .service, "\(label("link")): \(name) is a to-one relationship, and the service changed nothing")
    let id = request.params["\(settings.singularName)_id"]?.idText ?? ""
    error.nextStep = relink(name, id, data.arrayValue?.first ?? data)
    throw error
  }

  /// Returns the error, with a next step added if one is known for the error's details.
  func withNextStep(_ error: ClientError, _ method: String) -> ClientError {
    var error = error
    error.nextStep = error.errors.lazy.compactMap { nextStep($0, method) }.first ?? error.nextStep
    return error
  }

  private func nextStep(_ error: ErrorDetail, _ method: String) -> String? {
    guard let detail = error.detail else { return nil }
    switch error.code {
    case "101" where detail == "\(settings.type) is not a valid resource.":
      guard let type = linkages.type else {
        return "the service has another type: name that type with client ... type:"
      }
      return "client queue: \"\(transport.queue)\" type: \"\(type)\""
    case "105" where ["number", "size"].contains { detail == "\($0) is not an allowed page parameter." }:
      return "page: {offset: 0, limit: 100}"
    case "105" where ["offset", "limit"].contains { detail == "\($0) is not an allowed page parameter." }:
      return "page: {number: 1, size: 100}"
    case "115" where method == RelationshipClient.LinkageChange.link.rawValue:
      return "use relink for a to-one relationship"
    case "115" where method == RelationshipClient.LinkageChange.relink.rawValue:
      return "a to-one relationship takes an identifier or null, a to-many relationship takes a list"
    case "106":
      let name = detail.replacing("The required parameter, ", with: "").replacing(", is missing.", with: "")
      guard name.hasSuffix("_id"), name != "\(settings.singularName)_id" else { return nil }
      return "client queue: \"\(transport.queue)\" singular: \"\(name.dropLast(3))\""
    default: return nil
    }
  }

  /// Returns the error with a next step for fields that the service does not accept (jsonapi-resources' code 105).
  func withFieldStep(_ error: ClientError, _ message: OutgoingRequest) -> ClientError {
    guard error.nextStep == nil, let attributes = message.params["data"]?["attributes"]?.objectValue else {
      return error
    }
    let names = error.errors.compactMap { error -> String? in
      guard error.code == "105", let detail = error.detail, detail.hasSuffix(" is not allowed.") else { return nil }
      let name = String(detail.dropLast(" is not allowed.".count))
      return attributes.contains(name) ? name : nil
    }
    guard let first = names.first else { return error }
    let spelled = names.map { settings.keys == .underscore ? KeyRenaming.incoming.name($0) : $0 }
    var error = error
    if attributes[first]?.isNull == true {
      let way = "client queue: \"\(transport.queue)\" relationships: {\(spelled[0]): \"\(spelled[0])s\"}"
      let id = message.params["id"]?.idText.map { "\(relink(spelled[0], $0, .null)), or " } ?? ""
      error.nextStep = "if \(spelled[0]) is a relationship: \(id)\(way)"
    } else {
      error.nextStep = "remove the field (from resources: | without \(spelled.map { ".\($0)" }.joined(separator: " ")))"
    }
    return error
  }

  private func relink(_ name: String, _ id: String, _ linkage: JSONValue) -> String {
    let id = id.allSatisfy(\.isWholeNumber) ? id : "\"\(id)\""
    return "relink \(settings.type) \(id) \"\(name)\" \(words(linkage, name))"
  }

  /// Returns null or an identifier as source text of the language; for any other value, a template of an identifier.
  private func words(_ linkage: JSONValue, _ name: String) -> String {
    if linkage.isNull { return "null" }
    let id = "id: \(JSONValue.string(linkage["id"]?.idText ?? "1").text)"
    if settings.declared(name) != nil { return "{\(id)}" }
    return "{type: \(JSONValue.string(linkage["type"]?.stringValue ?? "...").text), \(id)}"
  }
}
