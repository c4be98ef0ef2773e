/// The methods there are (WireProtocol.md, "Methods").
enum Method: String {
  case index, show, create, update, destroy
  case showRelationship = "show_relationship"
  case createRelationship = "create_relationship"
  case updateRelationship = "update_relationship"
  case destroyRelationship = "destroy_relationship"
  case relatedResource = "get_related_resource"

  var isOfRelationship: Bool { ![.index, .show, .create, .update, .destroy].contains(self) }
}
