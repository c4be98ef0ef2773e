import Bulk
import Client
import JSONAPI
import JSONRPC
import JSONText
import Language
import Synchronization
import Values
import Redaction

extension Session {
  /// Shows a line on standard error.
  func note(_ text: String) {
    output.flush()
    host.note(TerminalSafeText.message(text) + "\n")
  }

  /// Shows a line on standard error that a user copies, such as a command: a terminal neither wraps nor shortens it.
  func show(command line: String) {
    showUnwrapped(TerminalSafeText.unbroken(line), TerminalSafeText.line)
  }

  /// Shows a note that a statement waits for late replies, at most for `limit`.
  func note(lateReplies count: Int, _ limit: Duration, _ label: String) {
    note("\(label): waiting up to \(limit.text) for \(count) late \(count == 1 ? "reply" : "replies")")
  }

  /// Shows a note that a reply about a relationship has only the first resources or identifiers.
  func note(firstOf count: Int, _ noun: String) {
    note(
      "the reply has \(count) \(noun) and a next page; to read all pages, use stream with a client of the related type")
  }

  /// Shows a line of JSON on standard error; a terminal does not wrap it.
  func show(json: JSONValue) { showUnwrapped(json.text, TerminalSafeText.json) }

  /// Shows text on standard error without wrapping its lines, because it can be a table.
  func show(unbroken text: String) { showUnwrapped(text, TerminalSafeText.visible) }

  /// Shows text on standard error without wrapping its lines; `escape` makes it safe for a terminal.
  private func showUnwrapped(_ text: String, _ escape: (String) -> String) {
    output.flush()
    host.draw((options.renderer.isForTerminal ? escape(text) : text) + "\n")
  }

  /// Shows a note, but only once for each `key` while an outermost statement runs.
  func note(once key: String, _ text: @autoclosure () -> String) {
    if state.withLock(\.statement).isNew(note: key) { note(text()) }
  }

  /// Shows a note if the link to the next page can't be read.
  func noteUnreadableNext(_ document: Document, _ client: ClientValue) {
    guard let link = document.pagination()?.unreadableNext else { return }
    let text = link.hidingSecrets.text.prefix(200)
    note(once: "next \(client.serial)", "\(client.name) index: the link to the next page can't be read: \(text)")
  }

  /// Shows a note if the service sent fewer resources than it counts, and names no next page.
  func noteTruncated(_ document: Document, _ client: ClientValue) {
    let count = document.count
    guard let pagination = document.pagination(), !pagination.hasNext, let total = pagination.totalSize, total > count
    else { return }
    note("\(client.name) index: the service counts \(total) resources, but sent \(count) and names no next page")
  }

  /// Shows a note if a printed or counted page has a next page.
  func noteNextPage(_ hasNext: Bool) {
    if hasNext { note(Self.nextPage()) }
  }

  /// Returns the note on a page that has a next page.
  ///
  /// It contains the number of shown elements if the total is known.
  static func nextPage(shown: Int = 0, of total: Int? = nil) -> String {
    (total.map { "\(shown) of \($0); " } ?? "") + "this page has a next page: stream reads all pages"
  }

  /// Shows a note on relationships whose linkage is lost, because a reply has no data for them.
  ///
  /// `fate` says where the linkage will be missing.
  func note(notLoaded names: [String], of label: String, _ fate: String) {
    let what = names.count == 1 ? "the relationship" : "the relationships"
    let (are, them) = names.count == 1 ? ("is", "it") : ("are", "them")
    note(
      once: "not loaded \(label) \(fate)",
      "\(label): \(what) \(names.joined(separator: ", ")) \(are) \(fate), because the service sent no data for \(them); "
        + "to get the data, use include: \(names.joined(separator: ",").quoted)"
    )
  }

  /// Shows a note on relationships without data when a page of resources is written.
  ///
  /// Only the first resource is checked.
  func noteNotLoaded(in page: [Value], _ fate: String) {
    guard case .resource(let resource)? = page.first, !resource.isStub, !resource.notLoaded.isEmpty else { return }
    note(notLoaded: resource.notLoaded, of: resource.compound?.client ?? resource.type, fate)
  }

  /// Shows a note if a new connection has no guard, although another connection to the same broker has one.
  func noteMissingGuard(of connection: ConnectionValue) {
    let identity = connection.link.brokerIdentity
    guard connection.protection == .none, !SampleIdentity.isIn(identity) else { return }
    let others = state.withLock(\.connections).filter { $0.protection != .none && $0.serial != connection.serial }
    guard let other = others.first(where: { $0.link.brokerIdentity == identity }) else { return }
    let name = { (connection: ConnectionValue) in connection.name ?? connection.label }
    note("\(name(connection)) has no guard, but \(name(other)), a connection to the same broker, has one")
  }

  /// Shows a note on an assertion that a dry run does not check, once for all its iterations.
  func note(unchecked assertion: Arguments) {
    let text = Secrets.hidden(in: assertion.source.text(assertion.range)).split(separator: "\n").first ?? ""
    note(
      once: "unchecked \(assertion.source.name) \(assertion.range.lower)",
      "dry run, assertion not checked because earlier changes were not sent: \(text)")
  }
}
