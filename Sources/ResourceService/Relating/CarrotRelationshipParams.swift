import JSONAPI
import JSONText

/// Parses the parameters of a relationship's methods as jsonapi-resources does (WireProtocol.md, "Relationship
/// methods").
enum CarrotRelationshipParams {
  /// Parses the parent's id, only from the parameter `SINGULAR_id`, and the relationship's name, only with underscores.
  ///
  /// `get_related_resource` takes the parent's type from `source`, regardless of the queue. A wrong value that
  /// jsonapi-resources uses without a check is refused as an internal error.
  static func parse(
    _ method: Method, _ params: JSONObject, of type: ResourceType, in schema: Schema
  ) throws(RequestRefusal) -> (ResourceType, id: JSONValue, Relationship) {
    let type = method == .relatedResource ? try source(params, in: schema) : type
    let name = params["relationship"]?.stringValue ?? ""
    if method.changesRelationship, name.isEmpty { throw RequestRefusal(.missing("relationship")) }
    let parent = "\(SingularForm.word(of: type.name))_id"
    guard let id = params[parent], id != .null, id != "" else { throw RequestRefusal(.missing(parent)) }
    let relationship = type.relationships.first { String($0.name.map { $0 == "-" ? "_" : $0 }) == name }
    guard let relationship else { throw RequestRefusal(.internalError("there is no relationship \(name)")) }
    return (type, id, relationship)
  }

  private static func source(_ params: JSONObject, in schema: Schema) throws(RequestRefusal) -> ResourceType {
    guard let source = params["source"]?.stringValue, !source.isEmpty else { throw RequestRefusal(.missing("source")) }
    let path = "api/v1/"
    guard source.hasPrefix(path), let type = schema.types[String(source.dropFirst(path.count))] else {
      throw RequestRefusal(.internalError("there is no source \(source)"))
    }
    return type
  }
}
