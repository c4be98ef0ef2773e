import Bulk
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

  /// Says that a reply is about another resource than was asked for, as it is where ids have other spellings.
  func noteOther(_ document: Document, than id: String?, _ client: ClientValue, _ verb: String) {
    guard let id, let other = document.resource?["id"]?.idText, other != id else { return }
    note(
      once: "other id \(client.serial) \(verb)",
      "\(client.name) \(verb): \"\(id)\" was asked for, and the reply is about \"\(other)\"")
  }
}
