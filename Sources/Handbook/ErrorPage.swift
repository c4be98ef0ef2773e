import Evaluation
import Values

/// A kind of error, and its page in `help`.
struct ErrorPage: Sendable {
  var kind: Fault.Kind
  /// The meaning of the kind, in one line.
  var summary: String
  /// The cause, and the next step.
  var advice: String

  private init(_ kind: Fault.Kind, _ summary: String, _ advice: String) {
    (self.kind, self.summary, self.advice) = (kind, summary, advice)
  }

  /// The text of the page.
  var text: String {
    let fault = Fault(kind, "")
    let seed =
      fault.isUncatchable
      ? "rescue does not catch it." : "Its name in Calcinator (.seed) is \"\(fault.calcinatorKind)\"."
    return "\(summary)\n\(advice)\n\(seed) A batch that this error ends has status \(fault.exitStatus)."
  }

  /// The pages of all kinds: a service's error responses, requests without a reply, mistakes of a script, and
  /// uncatchable errors.
  static let all = answers + unanswered + mistakes + ends

  private static let answers = [
    ErrorPage(
      .notFound, "No resource has this id: the service returned exactly one error, with status 404.",
      """
      show, update, a single destroy and the relationship commands raise this error; | destroy counts the element as absent and continues.
      Check the id and the client's queue.
      """),
    ErrorPage(
      .invalid, "The service rejected the data: an error points into /data.",
      """
      Carets mark the parts of the statement that the service rejected; .errors has each error with .title and
      .source.pointer. Change the record and send it again.
      """),
    ErrorPage(
      .forbidden, "The service refused access: an error has status 401 or 403.",
      """
      If the broker refuses access, the kind is connection. Read the service's message; some services need credentials in
      meta:.
      """),
    ErrorPage(
      .sandbox, "The service refused the test sandbox: an error points to /meta/beam.",
      """
      In tests, an Elixir service selects the test's database connection by meta.beam; this error means that the token belongs to no running test.
      Give the client the test's token: meta: {beam: "..."}. With require-beam: true, requests without a token are refused.
      """),
    ErrorPage(
      .methodNotFound, "The service has no such method: the code is -32601.",
      """
      Many services have no relationship methods: use update instead. call CLIENT "method" {...} sends any method.
      """),
    ErrorPage(
      .badGateway, "The service failed: an error has status 5xx, or the code is -32603.",
      """
      The service's log has the reason. A change may still have been carried out: check before you send it again.
      """),
    ErrorPage(
      .service, "The service returned an error that no other kind describes.",
      """
      An example is an unknown filter or sort. The message and .errors come from the service.
      """),
  ]

  private static let unanswered = [
    ErrorPage(
      .timeout, "No reply arrived in time, and nothing was changed; it is safe to send the request again.",
      """
      Only reads, and changes that were not yet sent, end as timeout; a change that was sent ends as unknown. The next step
      describes the queue: no consumer, waiting requests, or a service that sent no reply. A larger timeout: waits longer.
      """),
    ErrorPage(
      .unknown, "A change was sent and got no reply: the change may have been carried out.",
      """
      The timeout expired, or the connection broke. The change is not repeated automatically: check before you send it again.
      The summary of a bulk change counts it as unknown, not as failed. If the reply arrives later, a note reports the
      outcome.
      """),
    ErrorPage(
      .noRoute, "The broker has no queue of that name, so the request was not delivered.",
      """
      Check the spelling, and check that the service runs on this broker and vhost; a service declares its queue when it
      starts. The next step suggests a queue with a similar name, if one exists.
      """),
    ErrorPage(
      .connection, "The connection could not be opened or was lost, or the broker refused a request.",
      """
      Either the broker can't be reached, or it refuses the user, password, vhost or certificate, or the connection broke during a read.
      help addresses explains URIs. The next request after a loss reconnects. The kind also covers a change that the broker
      refused (basic.nack for a full queue, 403 for a user who may not publish); such a change was not carried out.
      """),
    ErrorPage(
      .malformed,
      "The reply is not valid JSON-RPC or JSON:API, or its pages do not advance.",
      """
      The message describes the fault, and --trace shows the whole reply. A change may have been carried out: check before
      you send it again.
      """),
  ]

  private static let mistakes = [
    ErrorPage(
      .field, "A value does not have this field or element.",
      """
      x?.name and x?[0] are null if the field or element is missing; x?.name ?? y is then y. A relationship that was not included has only .type and
      .id; include: adds the resource.
      """),
    ErrorPage(
      .type, "A value has the wrong type.",
      """
      There are no implicit conversions: use int("5") or string(5). Both operands must have the same type, and a condition
      must be true or false.
      """),
    ErrorPage(
      .name, "A name or word is unknown.",
      """
      The check finds unknown names before anything runs; at run time only help raises this error.
      """),
    ErrorPage(
      .value, "A value has the right type but is invalid.",
      """
      Examples are an empty id, a filter of null, an option out of its range, int("x"), or a body that is too large for the
      broker. The message or the next step says what is valid.
      """),
    ErrorPage(
      .assert, "The condition of assert is false.",
      """
      assert (count posts) > 0, "no posts" adds a message. No other error has the exit status of this one.
      """),
    ErrorPage(
      .fail, "The script called fail.",
      """
      fail "why" raises an error; fail e raises a rescued error again, with its kind and place.
      """),
    ErrorPage(
      .file, "A file can't be read or written, or its content does not fit its format.",
      """
      The message has the path and, if known, the line. Paths are relative to the working directory; paths of source are
      relative to the file that contains it.
      """),
  ]

  private static let ends = [
    ErrorPage(
      .refused, "A guard or a missing confirmation stopped the statement; nothing was sent.",
      """
      Confirm a bulk change with confirm: true or --yes. Put | collect before a change of the queue that is being streamed.
      Allow | sh with --allow-sh.
      """),
    ErrorPage(
      .limit, "A limit was exceeded.",
      """
      You can raise max: and --yes=N, which limit destroys. The limits of the program are fixed: a text has at most 256
      MiB, a list has at most 50 million elements, and the depth of recursive defs is limited.
      """),
    ErrorPage(
      .interrupted, "Ctrl-C or a signal stopped the statement.",
      """
      No further request was sent; requests in flight may have been carried out. At the prompt the session continues.
      """),
  ]
}
