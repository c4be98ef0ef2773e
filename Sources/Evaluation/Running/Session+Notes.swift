import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Synchronization
import Values
import Redaction

extension Session {
  /// Shows a note on a line of standard error.
  func note(_ text: String) {
    output.flush()
    host.note(TerminalText.message(text) + "\n")
  }

  /// Shows a note once in a statement of the top level, however often it holds.
  private func note(once key: String, _ text: @autoclosure () -> String) {
    if state.withLock(\.statement).isNew(note: key) { note(text()) }
  }

  /// Says that a page has a next one that its link does not lead to.
  func noteUnreadableNext(_ document: Document, _ client: ClientValue) {
    guard let link = document.pagination()?.unreadableNext else { return }
    let text = link.hidingSecrets.text.prefix(200)
    note(once: "next \(client.serial)", "\(client.name) index: the link to the next page can't be read: \(text)")
  }

  /// Says that what is printed or counted is a page that has a next one.
  func noteNextPage(_ hasNext: Bool) {
    if hasNext { note(Self.nextPage()) }
  }

  /// Says that a page has a next one, and how much of all it is where that is known.
  static func nextPage(shown: Int = 0, of total: Int? = nil) -> String {
    (total.map { "\(shown) of \($0); " } ?? "") + "this page has a next one: stream reads them all"
  }

  /// Says which relationships are lost on the way since the service sent them without data.
  func note(notLoaded names: [String], of label: String, _ fate: String) {
    note(
      once: "not loaded \(label) \(fate)",
      "\(label): \(names.joined(separator: ", ")) not loaded, so \(fate); include: loads those that it names"
    )
  }

  /// Says which relationships a page of resources is written without; the first resource speaks for all.
  func noteNotLoaded(in page: [Value], _ fate: String) {
    guard case .resource(let resource)? = page.first, !resource.isStub, !resource.notLoaded.isEmpty else { return }
    note(notLoaded: resource.notLoaded, of: resource.compound?.client ?? resource.type, fate)
  }

  /// Says that a reply is about another resource than was asked for: of another id, as where ids have other spellings, or
  /// of another type than the client's.
  func noteOther(_ document: Document, than id: String?, _ client: ClientValue, _ verb: String) {
    let (resource, type) = (document.resources.first, client.client.settings.type)
    if let other = resource?["type"]?.stringValue, !other.isSame(as: type) {
      note(
        once: "other type \(client.serial) \(verb)",
        "\(client.name) \(verb): the reply is about \(other)/\(resource?["id"]?.idText ?? "?"), and the client's type is "
          + "\(type): client queue: \(JSONValue.string(client.queue).text) type: \(JSONValue.string(other).text)")
    }
    guard let id, let other = resource?["id"]?.idText, other != id else { return }
    note(
      once: "other id \(client.serial) \(verb)",
      "\(client.name) \(verb): \"\(id)\" was asked for, and the reply is about \"\(other)\"")
  }
}
