import JSONAPI
import JSONText

/// Parses the parameters of a relationship method as jsonapi-resources does, for the flavour `carrot`.
///
/// For example, in `show_relationship`, `{"post_id": "5", "relationship": "tags"}` names the relationship `tags` of the
/// post with the id 5. WireProtocol.md, "Relationship methods", describes the parameters.
enum CarrotRelationshipParamsParser {
  /// Parses the type and id of the parent resource, and the relationship.
  ///
  /// The id must be in the parameter `SINGULAR_id`, such as `post_id`. The relationship's name must have `_` instead of
  /// `-`. `get_related_resource` takes the type from the parameter `source`, and not from the queue.
  ///
  /// jsonapi-resources does not check some values, and fails with an internal error if they are wrong. The service
  /// replies with an internal error, too.
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
