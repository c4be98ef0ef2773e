import Evaluation
import Values

/// A kind of error, and its page in `help`.
struct ErrorPage: Sendable {
  var kind: Fault.Kind
  /// What it means, in a line.
  var summary: String
  /// When it happens, and what to do.
  var advice: String

  private init(_ kind: Fault.Kind, _ summary: String, _ advice: String) {
    (self.kind, self.summary, self.advice) = (kind, summary, advice)
  }

  /// All there is to say of it.
  var text: String {
    let fault = Fault(kind, "")
    let seed = fault.isUncatchable ? "rescue does not catch it." : ".seed is \"\(fault.seed)\"."
    return "\(summary)\n\(advice)\n\(seed) A batch that it ends has status \(fault.exitStatus)."
  }

  /// The kinds: a service's answers, what comes of a request without one, the script's own, and what is final.
  static let all = answers + silences + mistakes + ends

  private static let answers = [
    ErrorPage(
      .notFound, "The service has nothing of that id: its one error has status 404.",
      """
      show, update, a single destroy and the relationships meet it; | destroy counts it as absent and goes on.
      Is it the right id, and the client of the right queue?
      """),
    ErrorPage(
      .invalid, "The service refuses what was sent: an error points into /data.",
      """
      Carets stand below your words that it is about; .errors has each with .title and .source.pointer.
      Change the record and send it again.
      """),
    ErrorPage(
      .forbidden, "The service does not allow it: an error has status 401 or 403.",
      """
      It is the service that says so; where the broker refuses access the kind is connection.
      See its message, and whether it wants to be told in meta: who asks.
      """),
    ErrorPage(
      .sandbox, "The service does not let the request into a sandbox: an error points to /meta/beam.",
      """
      In its tests an Elixir service finds the test's database by meta.beam; what was sent is of no running test.
      Give the client that test's: meta: {beam: "..."}. require-beam: true sends nothing without one.
      """),
    ErrorPage(
      .methodNotFound, "The service has no such method: the code is -32601.",
      """
      Many services have none for relationships: update changes those too. call CLIENT "method" {...} sends any other.
      """),
    ErrorPage(
      .badGateway, "The service failed inside: an error has status 5xx, or the code is -32603.",
      """
      Its log knows why. A change may have been carried out all the same: look it up before it is sent again.
      """),
    ErrorPage(
      .service, "The service answers with an error that is of no other kind.",
      """
      Such as a filter or a sort that it does not know: the message and .errors are its own words.
      """),
  ]

  private static let silences = [
    ErrorPage(
      .timeout, "No reply came in time, and nothing was changed: it is safe to send it again.",
      """
      It is about requests that only read, and changes that had not left; else the kind is unknown. The next step says
      what the queue tells: no service, a slow one, or a silent one, and how to wait longer.
      """),
    ErrorPage(
      .unknown, "A change was sent and no reply came: it may have been carried out.",
      """
      The time was up, or the link broke. Nothing repeats it by itself: look it up before you send it again.
      In the summary of a bulk change it is counted as unknown, not as failed. Where its reply comes after all while the
      program runs, a note tells what became of it.
      """),
    ErrorPage(
      .noRoute, "The broker has no queue of that name, so nobody got the request.",
      """
      A service makes its queue when it starts: is it running, on this broker and vhost? Is the name spelled right?
      The next step names a queue of a similar name where there is one.
      """),
    ErrorPage(
      .connection, "There is no connection, it was lost, or the broker refused a request.",
      """
      The broker is not there or refuses user, password, vhost or certificate; or the link broke while a read waited.
      help addresses says how a URI is written. The next request after a loss connects anew. Or the broker refused a
      change (basic.nack of a queue that is full, 403 of a user who may not publish): then it was not carried out.
      """),
    ErrorPage(
      .malformed,
      "The reply is no JSON-RPC or no JSON:API, or its pages do not advance.",
      """
      The message says what is wrong with it, and --trace shows it whole. A change may have been carried out: look it
      up before it is sent again.
      """),
  ]

  private static let mistakes = [
    ErrorPage(
      .field, "A value has no such field or element.",
      """
      x?.name and x?[0] give null instead, x?.name ?? y gives y. Of a relationship that was not included only .type and
      .id are known: include: brings the rest.
      """),
    ErrorPage(
      .type, "A value is of another type than is wanted.",
      """
      Nothing converts by itself: int("5"), string(5). Both sides of an operator are of one type, and conditions are
      true or false.
      """),
    ErrorPage(
      .name, "A word means nothing here.",
      """
      A script is checked for unknown names before any of it runs, so that what is left is help of no word.
      """),
    ErrorPage(
      .value, "A value is of the right type and no good.",
      """
      Such as an empty id, a filter of null, an option out of its range, int("x"), or more than the broker takes.
      The message or the next step says what would do.
      """),
    ErrorPage(
      .assert, "The condition of assert is false.",
      """
      assert (count posts) > 0, "no posts" gives it a message of its own; a batch tells it from other failures by its
      status.
      """),
    ErrorPage(
      .fail, "The script said fail.",
      """
      fail "why" makes one; fail e with an error that rescue caught raises that again, with its own kind and place.
      """),
    ErrorPage(
      .file, "A file can't be read or written, or its content is not of its format.",
      """
      The message has the path, and the line where it is about one. Paths are relative to the working directory, those
      of source to the file it stands in.
      """),
  ]

  private static let ends = [
    ErrorPage(
      .refused, "It was not allowed, and was not sent.",
      """
      A bulk change was not confirmed: confirm: true, or --yes. Or it changes what is being streamed: | collect before
      it. Or | sh runs programs, which --allow-sh allows.
      """),
    ErrorPage(
      .limit, "It is more than a limit allows.",
      """
      Of what is to be destroyed: max: and --yes=N, which can be raised. Of the program: a text of 256 MiB, a list of
      50 million elements, a def that calls itself too deep.
      """),
    ErrorPage(
      .interrupted, "Ctrl-C or a signal ended it.",
      """
      Nothing more was sent; what was in flight may have been carried out. At the prompt the session goes on.
      """),
  ]
}
