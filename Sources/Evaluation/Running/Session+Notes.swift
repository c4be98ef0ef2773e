import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Synchronization
import Values
import Redaction

extension Session {
  /// Shows a line on standard error.
  func note(_ text: String) {
    output.flush()
    host.note(TerminalText.message(text) + "\n")
  }

  /// Shows the text of a statement on standard error, which is not wrapped: it can be a table.
  func show(unbroken text: String) {
    host.draw((options.renderer.isForTerminal ? TerminalText.visible(text) : text) + "\n")
  }

  /// Shows a note at most once for each outermost statement.
  private func note(once key: String, _ text: @autoclosure () -> String) {
    if state.withLock(\.statement).isNew(note: key) { note(text()) }
  }

  /// Shows a note that the link to a next page can't be read.
  func noteUnreadableNext(_ document: Document, _ client: ClientValue) {
    guard let link = document.pagination()?.unreadableNext else { return }
    let text = link.hidingSecrets.text.prefix(200)
    note(once: "next \(client.serial)", "\(client.name) index: the link to the next page can't be read: \(text)")
  }

  /// Shows a note if a printed or counted page has a next page.
  func noteNextPage(_ hasNext: Bool) {
    if hasNext { note(Self.nextPage()) }
  }

  /// The note on a page with a next page, with its share of the total if known.
  static func nextPage(shown: Int = 0, of total: Int? = nil) -> String {
    (total.map { "\(shown) of \($0); " } ?? "") + "this page has a next page: stream reads all pages"
  }

  /// Shows a note on relationships that are lost, because the service sent them without data.
  func note(notLoaded names: [String], of label: String, _ fate: String) {
    note(
      once: "not loaded \(label) \(fate)",
      "\(label): \(names.joined(separator: ", ")) not loaded, so \(fate); name them in include: to load them"
    )
  }

  /// Shows a note on relationships that are missing when a page of resources is written, based on the first resource.
  func noteNotLoaded(in page: [Value], _ fate: String) {
    guard case .resource(let resource)? = page.first, !resource.isStub, !resource.notLoaded.isEmpty else { return }
    note(notLoaded: resource.notLoaded, of: resource.compound?.client ?? resource.type, fate)
  }

  /// Shows a note that a reply is about another resource than the requested one: with another id, for example another
  /// spelling of it, or with another type than the client's.
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
      "\(client.name) \(verb): \"\(id)\" was requested, but the reply is about \"\(other)\"")
  }
}
