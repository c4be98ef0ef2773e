import Client
import JSONText

@testable import Bulk

/// An element of a statement's input: a number, and the change to send or the reason to send no change.
final class Element: PlannedElement {
  let number: Int
  let planned: Result<Change, UnsentReason>

  init(_ number: Int, _ planned: Result<Change, UnsentReason>? = nil) {
    self.number = number
    self.planned = planned ?? .success(.destroy(number))
  }

  convenience init(_ planned: Result<Change, UnsentReason>) { self.init(0, planned) }
}

extension Change {
  static let posts = TargetQueue(broker: "host:5672 /", queue: "posts", type: "posts")

  static func destroy(_ id: Int) -> Change {
    Change(
      target: posts, verb: .destroy, method: "destroy", params: ["id": .string("\(id)")], expires: true,
      timeout: .seconds(5))
  }

  static func update(_ id: Int, _ fields: JSONObject) -> Change {
    Change(
      target: posts, verb: .update, method: "update",
      params: ["id": .string("\(id)"), "data": ["type": "posts", "attributes": .object(fields)]], expires: true,
      timeout: nil)
  }
}
