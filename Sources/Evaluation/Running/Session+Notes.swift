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
  /// Shows a note on standard error.
  func note(_ text: String) {
    output.flush()
    host.note(TerminalSafeText.message(text) + "\n")
  }

  /// Shows a line on standard error, such as a command, so that the user can copy the line.
  ///
  /// The line is neither wrapped nor shortened.
  func show(command line: String) {
    showUnwrapped(TerminalSafeText.unbroken(line), TerminalSafeText.line)
  }

  /// Shows a note that a statement waits for late replies; `limit` is the maximum time of the wait.
  func note(lateReplies count: Int, _ limit: Duration, _ label: String) {
    note("\(label): waiting up to \(limit.text) for \(count) late \(count == 1 ? "reply" : "replies")")
  }

  /// Shows a note that a reply about a relationship contains only the first of its resources or identifiers.
  func note(firstOf count: Int, _ noun: String) {
    note(
      "the reply has \(count) \(noun) and a next page; to read all pages, use stream with a client of the related type")
  }

  /// Shows a line of JSON on standard error without wrapping the line.
  func show(json: JSONValue) { showUnwrapped(json.text, TerminalSafeText.json) }

  /// Shows a text on standard error without wrapping its lines, because the text can be a table.
  func show(unbroken text: String) { showUnwrapped(text, TerminalSafeText.visible) }

  /// Shows a text on standard error without wrapping its lines.
  ///
  /// At a terminal, the function `escape` first replaces the control characters of the text.
  private func showUnwrapped(_ text: String, _ escape: (String) -> String) {
    output.flush()
    host.draw((options.renderer.isForTerminal ? escape(text) : text) + "\n")
  }

  /// Shows a note at most once for each `key` while an outermost statement runs.
  func note(once key: String, _ text: @autoclosure () -> String) {
    if state.withLock(\.statement).isNew(note: key) { note(text()) }
  }

  /// Shows a note for the first event with a key in an outermost statement.
  ///
  /// If there are several events, a note at the end of the statement contains their number.
  func note(
    first key: String, _ text: @autoclosure () -> String, all: @escaping @Sendable (_ count: Int) -> String
  ) {
    if state.withLock(\.statement).isFirst(event: key, text: all) { note(text()) }
  }

  /// Shows a note if retort can't read the link to the next page of a list.
  func noteUnreadableNext(_ document: Document, _ client: ClientValue) {
    guard let link = document.pagination()?.unreadableNext else { return }
    let text = link.hidingSecrets.text.prefix(200)
    note(once: "next \(client.serial)", "\(client.name) index: the link to the next page can't be read: \(text)")
  }

  /// Shows a note if the service counts more resources than it sent, and its reply has no link to a next page.
  func noteTruncated(_ document: Document, _ client: ClientValue) {
    let count = document.count
    guard let pagination = document.pagination(), !pagination.hasNext, let total = pagination.totalSize, total > count
    else { return }
    note("\(client.name) index: the service counts \(total) resources, but sent \(count) and names no next page")
  }

  /// Shows a note if `hasNext` is true: the page that the statement printed or counted has a next page.
  func noteNextPage(_ hasNext: Bool) {
    if hasNext { note(Self.nextPage()) }
  }

  /// Returns the note about a page that has a next page.
  ///
  /// If the total is known, the note also contains the number of shown elements.
  static func nextPage(shown: Int = 0, of total: Int? = nil) -> String {
    (total.map { "\(shown) of \($0) resources: " } ?? "") + "this is one page of several; stream reads all pages"
  }

  /// Shows a note about relationships that are missing, because a reply contained no linkage for them.
  ///
  /// `fate` says where the relationships are missing: `not sent`, or `not in the backup`.
  func note(notLoaded names: [String], of label: String, _ fate: String) {
    let what = names.count == 1 ? "the relationship" : "the relationships"
    let (are, them) = names.count == 1 ? ("is", "it") : ("are", "them")
    note(
      once: "not loaded \(label) \(fate)",
      "\(label): \(what) \(names.joined(separator: ", ")) \(are) \(fate), because the service sent no data for \(them); "
        + "to get the data, use include: \(names.joined(separator: ",").quoted)"
    )
  }

  /// Shows a note about relationships without linkage in a page of resources that a stage writes.
  ///
  /// The function checks only the first resource of the page.
  func noteNotLoaded(in page: [Value], _ fate: String) {
    guard case .resource(let resource)? = page.first, !resource.isStub, !resource.notLoaded.isEmpty else { return }
    note(notLoaded: resource.notLoaded, of: resource.compound?.client ?? resource.type, fate)
  }

  /// Shows a note for each connection without `guard:`, if another connection to the same broker has a guard.
  ///
  /// `connection` is the new connection. It can be the connection with the guard, or the connection without a guard. A
  /// connection without a guard gets one note.
  func noteMissingGuard(of connection: ConnectionValue) {
    let identity = connection.link.brokerIdentity
    guard !SampleDatabaseIdentity.isIn(identity) else { return }
    let others = state.withLock(\.connections).filter {
      $0.serial != connection.serial && $0.link.brokerIdentity == identity
    }
    let guarded = others.first { $0.protection != .none }
    if connection.protection == .none {
      if let guarded { noteMissingGuard(of: connection, beside: guarded) }
    } else if guarded == nil {
      for other in others { noteMissingGuard(of: other, beside: connection) }
    }
  }

  private func noteMissingGuard(of connection: ConnectionValue, beside guarded: ConnectionValue) {
    let name = { (connection: ConnectionValue) in connection.name ?? connection.label }
    note(
      "the connection \(name(connection)) has no guard, "
        + "but the connection \(name(guarded)) to the same broker has a guard")
  }

  /// Shows a note about an assertion that a dry run does not check; an assertion in a loop gets only one note.
  func note(unchecked assertion: Arguments) {
    let text = Secrets.hidden(in: assertion.source.text(assertion.range)).split(separator: "\n").first ?? ""
    note(
      once: "unchecked \(assertion.source.name) \(assertion.range.lower)",
      "dry run: this assertion was not checked, because earlier changes were not sent: \(text)")
  }
}
