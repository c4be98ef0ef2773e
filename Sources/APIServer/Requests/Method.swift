/// The JSON-RPC methods of the service (WireProtocol.md, "Methods").
enum Method: String {
  case index, show, create, update, destroy
  case showRelationship = "show_relationship"
  case createRelationship = "create_relationship"
  case updateRelationship = "update_relationship"
  case destroyRelationship = "destroy_relationship"
  case relatedResource = "get_related_resource"

  /// Whether the method changes a relationship.
  var changesRelationship: Bool {
    [.createRelationship, .updateRelationship, .destroyRelationship].contains(self)
  }

  /// Whether the method changes data.
  var isChange: Bool { changesRelationship || [.create, .update, .destroy].contains(self) }

  var isOfRelationship: Bool { ![.index, .show, .create, .update, .destroy].contains(self) }
}
