import Client
import JSONAPI
import JSONText
import Values

/// Notes about replies that do not match their requests.
extension Session {
  /// Shows a note if a reply contains another resource than the requested resource.
  ///
  /// The resource in the reply then has another type than the client, or another id than the request.
  func noteOther(_ document: Document, than id: String?, _ client: ClientValue, _ verb: String) {
    guard let resource = document.first else { return }
    let type = client.client.type
    if !resource.hasText(type, at: "type"), let other = resource["type"]?.stringValue {
      note(
        first: "other type \(client.serial) \(verb)",
        "\(client.name) \(verb): the reply is about \(other)/\(resource["id"]?.idText ?? "?"), but the client's type is "
          + "\(type); \(client.withType(other))"
      ) { [name = client.name] in "\(name) \(verb): \($0) replies are about resources of other types than \(type)" }
    }
    noteLinkage(document, client, verb)
    guard let id, !resource.hasText(id, at: "id"), let other = resource["id"]?.idText, !other.isSame(as: id)
    else { return }
    note(
      first: "other id \(client.serial) \(verb)",
      "\(client.name) \(verb): \"\(id)\" was requested, but the reply is about \"\(other)\""
    ) { [name = client.name] in "\(name) \(verb): \($0) replies are about other ids than requested" }
  }

  /// Shows a note for each queue whose service sent replies with unknown correlation ids since the last call.
  func noteStrangeReplies() {
    for (queue, count) in host.lateReplies?.takeStrangeReplies() ?? [] {
      let replies = count == 1 ? "1 reply has a correlation id that" : "\(count) replies have correlation ids that"
      note(
        "queue \(queue): \(replies) no request has, so retort ignored \(count == 1 ? "it" : "them"); the service must "
          + "copy the correlation id of the request")
    }
  }

  /// Shows a note if the reply to a create has no resource or no id, so the new id is unknown.
  ///
  /// `sentID` says whether the request contained the id, as the request of an update does. The reply to an update may
  /// lack the resource (JSON:API 1.0, "Updating Resources").
  func noteMissing(_ document: Document, _ client: ClientValue, _ verb: String, sentID: Bool) {
    guard !sentID else { return }
    let resource = document.first
    guard resource?["id"]?.idText == nil else { return }
    let lack = resource == nil ? "the reply has no resource" : "the resource in the reply has no id"
    note(
      once: "no resource \(client.serial) \(verb)",
      "\(client.name) \(verb): \(lack), so the new id is unknown")
  }

  /// Shows a note if a list contains resources of other types than the type of the client.
  func noteOther(_ types: UnexpectedResourceTypes, _ client: ClientValue, _ verb: String) {
    guard let first = types.names.first else { return }
    note(
      once: "other types \(client.serial) \(verb)",
      "\(client.name) \(verb): the list has \(types.text), but the client's type is \(client.client.type)"
        + (types.isAll ? "; \(client.withType(first))" : ""))
  }

  /// Shows a note if the linkage in a reply has other types than the client's option `relationships:` declares.
  func noteLinkage(_ document: Document, _ client: ClientValue, _ verb: String) {
    guard !client.client.relationships.isEmpty else { return }
    for resource in document.resources {
      for (name, relationship) in resource["relationships"]?.objectValue ?? [:] {
        if let data = relationship["data"] { noteLinkage(name, data, client, verb) }
      }
    }
  }

  /// Shows a note if a relationship has resources of another type than the client's option `relationships:` declares.
  ///
  /// `data` is the linkage of the relationship, or its related resources.
  func noteLinkage(_ name: String, _ data: JSONValue, _ client: ClientValue, _ verb: String) {
    guard let type = client.client.relationships[name]?.type else { return }
    var others = UnexpectedResourceTypes()
    others.take(data.arrayValue?.compactMap(\.objectValue) ?? [data.objectValue].compactMap(\.self), than: type)
    guard !others.names.isEmpty else { return }
    note(
      once: "other linkage \(client.serial) \(verb) \(name)",
      "\(client.name) \(verb): \(name) has \(others.text), but the client declares the type \(type)")
  }
}

/// The unexpected types in a list of resources, and the number of resources with an unexpected type.
struct UnexpectedResourceTypes {
  /// The unexpected types, in the order in which they first occur.
  private(set) var names: [String] = []
  private var others = 0
  private var count = 0

  /// Counts the resources or identifiers of a list, and those with another type than `type`.
  ///
  /// For a long list, there is one call for each page.
  mutating func take(_ resources: [JSONObject], than type: String) {
    count += resources.count
    for resource in resources where !resource.hasText(type, at: "type") {
      guard let other = resource["type"]?.stringValue else { continue }
      others += 1
      if !names.contains(where: { $0.isSame(as: other) }) { names.append(other) }
    }
  }

  /// Whether all resources have the same unexpected type.
  var isAll: Bool { others == count && names.count == 1 }

  /// The number of unexpected resources, and their types: `2 resources of the type people`.
  var text: String {
    let types = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", ..." : "")
    return "\(others) \(others == 1 ? "resource" : "resources") of the \(names.count == 1 ? "type" : "types") \(types)"
  }
}

extension ClientValue {
  /// Returns the advice to make a client of another type.
  fileprivate func withType(_ type: String) -> String {
    "make a client of the type \(type): client queue: \(JSONValue.string(queue).text) "
      + "type: \(JSONValue.string(type).text)"
  }
}
