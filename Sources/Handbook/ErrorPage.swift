import Evaluation
import Values

/// A kind of error, and its page in `help`.
struct ErrorPage: Sendable {
  var kind: Fault.Kind
  /// The meaning of this kind of error, in one line.
  var summary: String
  /// The cause of the error, and the next step for the user.
  var advice: String

  private init(_ kind: Fault.Kind, _ summary: String, _ advice: String) {
    (self.kind, self.summary, self.advice) = (kind, summary, advice)
  }

  /// The text of the page.
  var text: String {
    "\(summary)\n\n\(advice)\n\n\(seed) \(status)"
  }

  /// A sentence with the value of `e.seed`, or the sentence that `rescue` does not catch the error.
  private var seed: String {
    let fault = Fault(kind, "")
    if fault.isUncatchable { return "rescue does not catch this error." }
    let hasOwnName = kind == .badGateway || fault.calcinatorKind != "bad_gateway"
    let value = "\"\(fault.calcinatorKind)\""
    return hasOwnName
      ? "After rescue e, e.seed is \(value), the name of this kind in the Elixir library Calcinator."
      : "The Elixir library Calcinator has no name for this kind. After rescue e, e.seed is therefore the general value "
        + "\(value)."
  }

  /// The exit status of a script that ends with the error.
  private var status: String {
    if kind == .interrupted {
      return "If this error ends a script, the exit status is 130 after Ctrl-C, 143 after SIGTERM and 129 after SIGHUP."
    }
    let status = "If this error ends a script, the exit status is \(Fault(kind, "").exitStatus)."
    if [.assert, .refused].contains(kind) { return status }
    return status + " If it ends a bulk change that has sent changes, the exit status is 5."
  }

  /// The pages of all kinds of errors.
  ///
  /// The order is: error responses of a service, requests without a reply, mistakes of a script, and uncatchable
  /// errors.
  static let all = answers + unanswered + mistakes + ends

  private static let answers = [
    ErrorPage(
      .notFound, "No resource has this id: the service returned exactly one error, with status 404.",
      """
      The commands `show`, `update` and `destroy` raise this error, and so do the commands for relationships. The stage \
      `destroy` raises no error. Instead, it counts the element as absent, and continues. Check the id and the client's \
      queue.
      """),
    ErrorPage(
      .invalid, "The service rejected the data: the reply has an error whose pointer begins with /data.",
      """
      In the message, the characters ^^^ mark the parts of the statement that the service rejected. After rescue e, \
      e.errors is the list of the service's errors. Each of these errors has the fields .title and .source.pointer. \
      Correct the record, and run the statement again.
      """),
    ErrorPage(
      .forbidden, "The service refused access: the reply has an error with status 401 or 403.",
      """
      Read the service's message. Some services need credentials in the option meta:. If the broker refuses access, and \
      not the service, the error has the kind connection.
      """),
    ErrorPage(
      .sandbox, "The service refused the test sandbox: the reply has an error with the pointer /meta/beam.",
      """
      In tests, the member beam of meta is a token. The token tells an Elixir service which database connection to use. \
      This error means that the token belongs to no running test. Give the client the token of the running test, as in \
      client queue: "posts" meta: {beam: "..."}. A client with require-beam: true refuses requests without a token.
      """),
    ErrorPage(
      .methodNotFound, "The service has no such method: the reply has the JSON-RPC error code -32601.",
      """
      Many services have no methods for the commands `relationship`, `link`, `relink` and `unlink`. To change a \
      relationship of such a service, use `update`. To call a method that has no command, use call CLIENT "method" {...}.
      """),
    ErrorPage(
      .badGateway, "The service failed: the reply has an error with status 5xx, or the JSON-RPC error code -32603.",
      """
      The service's log has the reason. If the request was a change, the service may have carried out the change. Check \
      the resource before you send the change again. With the option journal:, the next run looks up the change first.
      """),
    ErrorPage(
      .service, "The service returned an error that no other kind describes.",
      """
      An example is a filter or a sort by a field that the service does not know. The message and e.errors come from the \
      service.
      """),
  ]

  private static let unanswered = [
    ErrorPage(
      .timeout, "No reply arrived in time. Nothing was changed, so you can safely send the request again.",
      """
      A change that was sent and got no reply has another kind: unknown. The message says how many consumers the queue \
      has, and how many requests wait in the queue. If the service took the request and did not reply, the message says \
      so. To wait longer, use timeout: 30s.
      """),
    ErrorPage(
      .unknown, "A change was sent and got no reply: the change may have been carried out.",
      """
      The timeout expired, or the connection broke. By default, the change is not sent again. Check the resource before \
      you send the change again. The summary of a bulk change counts such a change as unknown, not as failed. If the \
      reply arrives later, a note reports the outcome.
      """),
    ErrorPage(
      .noRoute, "The broker has no queue with the client's queue name, so the request was not delivered.",
      """
      Check the spelling of the queue. Check that the service runs on this broker and vhost. A service declares its \
      queue when the service starts. If a queue has a similar name, the error suggests this queue.
      """),
    ErrorPage(
      .connection, "The connection could not be opened or was lost, or the broker refused a request.",
      """
      There are several possible reasons: retort can't reach the broker, the broker refuses the user, password, vhost or \
      certificate, or the connection broke during a read. help addresses explains URIs. After a loss, the next request \
      opens the connection again.

      A change that the broker refused has this kind too. For example, the queue is full (basic.nack), or the user may \
      not publish (403). With the option retry:, retort sends a refused destroy or update again, but not a create.
      """),
    ErrorPage(
      .malformed,
      "The reply is not valid JSON-RPC or JSON:API, or the next page of a list repeats earlier pages.",
      """
      The message says what is wrong with the reply. The program option --trace shows the whole reply. If the request \
      was a change, the service may have carried out the change. Check the resource before you send the change again.
      """),
  ]

  private static let mistakes = [
    ErrorPage(
      .field, "A value does not have this field or element.",
      """
      x?.name and x?[0] are null if the field or element is missing. x?.name ?? y is then y. A relationship that was not \
      included has only .type and .id. With the option include:, the relationship is the whole resource.
      """),
    ErrorPage(
      .type, "A value has the wrong type.",
      """
      There are no implicit conversions. Write int("5") or string(5). The operands of an operator must have the same \
      type. A condition must be true or false.
      """),
    ErrorPage(
      .name, "A name or word is unknown.",
      """
      Before a script runs, retort checks all names in the script. So in a running script, only the statement help WORD \
      raises this error, if help has no page for WORD.
      """),
    ErrorPage(
      .value, "A value has the right type but is invalid.",
      """
      Examples are an empty id, a filter with the value null, and a number outside the range of an option. Other \
      examples are int("x"), and a request that is too large for the broker. The error says what is valid.
      """),
    ErrorPage(
      .assert, "The condition of assert is false.",
      """
      The error of assert (count posts) > 0, "no posts" has the message "no posts".
      """),
    ErrorPage(
      .fail, "The script called fail.",
      """
      fail "why" raises an error with the message "why". If e is a rescued error, fail e raises this error again, with \
      its kind and place.
      """),
    ErrorPage(
      .file, "A file can't be read or written, or its content does not fit its format.",
      """
      The message has the path and, if known, the line. Paths are relative to the working directory. In source "FILE", \
      the path is relative to the file that contains this statement.
      """),
  ]

  private static let ends = [
    ErrorPage(
      .refused,
      "The statement was not allowed, for example because of a guard or a missing confirmation. Nothing was sent.",
      """
      Confirm a bulk destruction with confirm: true or --yes. If a stage changes the queue from which the pipeline \
      streams, put | collect before this stage. To let retort run other programs with the stage `sh`, start retort \
      with --allow-sh. The option guard: of connect sets a guard. help guard explains guards.
      """),
    ErrorPage(
      .limit, "A limit was exceeded.",
      """
      The options max:, halt: and patience: limit a statement. The program option --yes=N limits how many resources a \
      run destroys. You can raise these limits. Other limits are fixed. A text has at most 256 MiB, and a list has at \
      most 50 million elements. A def can call itself only to a limited depth. The search for a pattern ends after a \
      limited number of steps.
      """),
    ErrorPage(
      .interrupted, "Ctrl-C or a signal stopped the statement.",
      """
      After the signal, retort sent no request. The changes in flight may have been carried out. After Ctrl-C at the \
      prompt, the session continues.
      """),
  ]
}
