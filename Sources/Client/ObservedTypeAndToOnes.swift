import JSONText
import Synchronization

/// Facts about a client's resources that the client has learned from replies.
///
/// The facts are the names of to-one relationships, and the type of the resources if it differs from the client's type.
/// The client uses these facts to refuse wrong changes and to give advice. The content of requests never depends on
/// these facts.
final class ObservedTypeAndToOnes: Sendable {
  private struct TypeAndToOneNames {
    var type: String?
    var toOnes: Set<String> = []
  }

  private let state = Mutex(TypeAndToOneNames())

  /// The latest received type that differs from the client's type; nil before the first difference.
  ///
  /// The client looks only at the first resource of each document.
  var type: String? { state.withLock(\.type) }

  /// Whether a reply has shown that a relationship is a to-one relationship.
  func leadsToOne(_ name: String) -> Bool { state.withLock { $0.toOnes.contains(name.dashed) } }

  /// Records whether a relationship is to-one, according to its linkage.
  func record(_ name: String, _ linkage: JSONValue) {
    let leadsToOne = linkage.arrayValue == nil
    state.withLock { state in
      if leadsToOne { state.toOnes.insert(name.dashed) } else { state.toOnes.remove(name.dashed) }
    }
  }

  /// Records the to-one relationships of a resource, and the resource's type if it differs from the client's type.
  func look(at resource: JSONObject?, of type: String) {
    guard let resource else { return }
    if !resource.hasText(type, at: "type") {
      let found = resource["type"]?.stringValue
      state.withLock { $0.type = found }
    }
    for (name, relationship) in resource["relationships"]?.objectValue ?? [:] {
      if let data = relationship["data"], data.arrayValue == nil { record(name, data) }
    }
  }
}

extension String {
  /// The name with `-` instead of `_`, so that both spellings are equal.
  var dashed: String { utf8.contains(UInt8(ascii: "_")) ? String(map { $0 == "_" ? "-" : $0 }) : self }
}
