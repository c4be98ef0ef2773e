import JSONText
import Synchronization

/// What answers have shown of a client's type: its name, and which relationships lead to one.
///
/// What is sent does not depend on it: it refuses what would do something else than it says, and names next steps.
final class SeenLinkages: Sendable {
  private struct State {
    var type: String?
    var toOnes: Set<String> = []
  }

  private let state = Mutex(State())

  /// The type of the resources that came, if any did.
  var type: String? { state.withLock(\.type) }

  /// Whether a relationship was seen to lead to one.
  func leadsToOne(_ name: String) -> Bool { state.withLock { $0.toOnes.contains(name.dashed) } }

  /// Notes the linkage that a relationship was seen with.
  func note(_ name: String, _ linkage: JSONValue) {
    let leadsToOne = linkage.arrayValue == nil
    state.withLock { state in
      if leadsToOne { state.toOnes.insert(name.dashed) } else { state.toOnes.remove(name.dashed) }
    }
  }

  /// Notes what a resource shows.
  func look(at resource: JSONObject?, of type: String) {
    guard let resource else { return }
    let found = resource["type"]?.stringValue
    if found != type { state.withLock { $0.type = found } }
    for (name, relationship) in resource["relationships"]?.objectValue ?? [:] {
      if let data = relationship["data"], data.arrayValue == nil { note(name, data) }
    }
  }
}

extension String {
  /// The name with dashes, in which both ways of writing it are one.
  var dashed: String { utf8.contains(UInt8(ascii: "_")) ? String(map { $0 == "_" ? "-" : $0 }) : self }
}
