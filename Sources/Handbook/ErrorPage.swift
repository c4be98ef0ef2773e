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
    if fault.isUncatchable { return "A rescue block does not catch this error." }
    let hasOwnName = kind == .badGateway || fault.calcinatorKind != "bad_gateway"
    let name = "\"\(fault.calcinatorKind)\""
    return hasOwnName
      ? "After rescue e, the field e.seed is \(name), the name of this error in the Elixir library Calcinator."
      : "After rescue e, the field e.seed is \(name). The Elixir library Calcinator has no specific name for this error, "
        + "and uses this general name for it."
  }

  /// The exit status of a script that ends with the error.
  private var status: String {
    if kind == .interrupted {
      return "If this error ends a script, the exit status is 130 after Ctrl-C, 143 after SIGTERM and 129 after SIGHUP."
    }
    if kind == .closed { return "If this error ends a script, the exit status is 1." }
    let status = "If this error ends a script, the exit status is \(Fault(kind, "").exitStatus)."
    if [.assert, .refused].contains(kind) { return status }
    return status
      + " If it stops destroy-all, or a stage that changes data, after the statement has sent requests, the exit status "
      + "is 5."
  }

  /// The pages of all kinds of errors.
  ///
  /// The order is: error responses of a service, requests without a reply, mistakes of a script, and uncatchable
  /// errors.
  static let all = answers + unanswered + mistakes + ends

  private static let answers = [
    ErrorPage(
      .notFound, "No resource has this id. The service returned exactly one error, with status 404.",
      """
      The commands `show`, `update` and `destroy` raise this error, and so do the commands for relationships. Check \
      the id and the client's queue. The stage `destroy` raises no error. Instead, it counts the element as absent, \
      and continues.
      """),
    ErrorPage(
      .invalid, "The service rejected the data. The reply has an error with a pointer that begins with /data.",
      """
      In the message, the characters ^^^ mark the parts of the statement that the service rejected. After rescue e, \
      the field e.errors is the list of the service's errors. Each of these errors has the fields .title and \
      .source.pointer. Correct the record, and run the statement again.
      """),
    ErrorPage(
      .forbidden, "The service refused access. The reply has an error with status 401 or 403.",
      """
      Read the service's message. Some services need credentials in the option meta:. If the broker refuses access, \
      the error has another kind: connection. If the workers of a pool refuse the changes of a statement, the error \
      has the kind forbidden too.
      """),
    ErrorPage(
      .sandbox, "The service refused the test sandbox. The reply has an error with the pointer /meta/beam.",
      """
      In the tests of an Elixir service, requests have a token in the member beam of meta. The token tells the service \
      which database connection to use. This error means that no running test has the token of the request. Give the \
      client the token of the running test, as in client queue: "posts" meta: {beam: "..."}. A client with \
      require-beam: true refuses requests without a token.
      """),
    ErrorPage(
      .methodNotFound, "The service has no such method. The reply has the JSON-RPC error code -32601.",
      """
      Many services do not support the commands `relationship`, `link`, `relink` and `unlink`. To change a \
      relationship with such a service, use the command `update`. To call a method that has no command, write call \
      CLIENT "method" {...}.
      """),
    ErrorPage(
      .badGateway, "The service failed. The reply has an error with status 5xx, or the JSON-RPC error code -32603.",
      """
      The log of the service has the reason. If the request was a change, the service may have carried out the change \
      nevertheless. Check the resource before you send the change again. With the option journal:, the next run looks \
      up the change first.
      """),
    ErrorPage(
      .service, "The service returned an error that no other kind describes.",
      """
      For example, a filter names a field that the service does not know. The message and the field e.errors come from \
      the service.

      Two checks by retort raise this error too. With on-shift: "fail", a stream fails if its list changes. The \
      command `destroy-all` fails if a page still has resources that were destroyed.
      """),
  ]

  private static let unanswered = [
    ErrorPage(
      .timeout, "No reply arrived in time. Nothing was changed, so you can safely send the request again.",
      """
      If a change was sent and got no reply, the error has another kind: unknown. The message of a timeout shows how \
      many consumers the queue has, and how many requests wait in it. If the service took the request and did not \
      reply, the message says so. To wait longer, use timeout: 30s.

      retort assigns a reply to its request by the correlation id. If replies have a correlation id that no request \
      has, a note at the end of the statement shows their number and the queue.
      """),
    ErrorPage(
      .unknown, "A change was sent and got no reply. The change may have been carried out.",
      """
      The timeout expired, or the connection broke. By default, the change is not sent again. Check the resource \
      before you send the change again. In the summary of a bulk change, such a change counts as unknown, and not as \
      failed. A change with an unreadable reply counts as unknown too (see help protocol). If the reply arrives later, \
      a note reports the outcome.
      """),
    ErrorPage(
      .noRoute, "The broker has no queue with this name. The request was not delivered.",
      """
      Check the name of the client's queue. Check that the service runs on this broker and vhost. A service declares \
      its queue when it starts. If retort finds a queue with a similar name, the error suggests it. This is a queue of \
      another client, or its name differs only in a final s, in case, or in - and _.

      A statement with the option workers: raises this error if its pool has no worker.
      """),
    ErrorPage(
      .connection, "There is no connection to the broker, or the broker refused a request.",
      """
      Possible reasons are:

        the broker can't be reached
        the broker refuses the user, the password, the vhost or the certificate
        the connection was lost during a read

      To check the URI, see help addresses. After a loss, the next request opens the connection again.

      If the broker refuses a change, the error has this kind too. For example, the queue is full (basic.nack), or the \
      user may not publish (403). After basic.nack, the service may have received the change nevertheless; if its reply \
      comes later, retort shows a note. With the option retry:, retort sends a refused destroy or update again, but not a \
      refused create.
      """),
    ErrorPage(
      .malformed,
      "The reply is not valid JSON-RPC or JSON:API, or the pages of a list repeat or have no end.",
      """
      The message says what is wrong with the reply. The program option --trace shows the whole reply. If the request \
      was a change, the service may have carried out the change nevertheless. Check the resource before you send the \
      change again. In the summary of a bulk change, such a change counts as unknown.

      A valid reply about another resource than requested is not an error. A note shows the first such reply, and a \
      note at the end of the statement shows their number. Check the queue and the service before you go on.
      """),
  ]

  private static let mistakes = [
    ErrorPage(
      .field, "A value does not have this field or element.",
      """
      If a field or element can be missing, write x?.name or x?[0]. If it is missing, this expression has the value \
      null. To get the value y in place of null, write x?.name ?? y. A relationship that was not included has only \
      .type and .id. With the option include:, it has all fields of the related resource.
      """),
    ErrorPage(
      .type, "A value has the wrong type.",
      """
      Operators, conditions and options never convert a value implicitly. To convert a value, write int("5") or \
      string(5). The operands of an operator must have the same type. A condition must be true or false.
      """),
    ErrorPage(
      .name, "A name or word is unknown.",
      """
      Before a script runs, retort checks all names in the script. In a running script, only the statement help WORD \
      can raise this error: if there is no page for WORD.
      """),
    ErrorPage(
      .value, "A value has the right type but is invalid.",
      """
      Examples are int("x"), an empty id, and a filter with the value null. Other examples are a number outside the \
      range of an option, and a request that is too large for the broker. The error says what is valid.
      """),
    ErrorPage(
      .assert, "The condition of assert is false.",
      """
      The text after the comma is the message of the error: assert (count posts) > 0, "no posts".
      """),
    ErrorPage(
      .fail, "The script called fail.",
      """
      The statement fail "why" raises an error with the message "why". After rescue e, the statement fail e raises the \
      error e again. The error keeps its own kind and place.

      The stage `sh` raises this error too, if its command ends with another status than 0.
      """),
    ErrorPage(
      .file, "A file can't be read or written, or its content does not fit its format.",
      """
      The message has the path of the file. If the line is known, the message has it too. Paths are relative to the \
      working directory. In source "FILE", the path is relative to the file that contains this statement.
      """),
  ]

  private static let ends = [
    ErrorPage(
      .refused,
      "The statement was not allowed, for example because of a guard or a missing confirmation. Nothing was sent.",
      """
      To confirm a bulk destruction, use confirm: true or --yes. If a stage changes resources of the queue from which \
      the same pipeline reads, put | collect before this stage. To use the stage sh, start retort with --allow-sh. If \
      a connection has a guard, see help guard.
      """),
    ErrorPage(
      .limit, "A limit was exceeded.",
      """
      The options max:, halt: and patience: limit a statement. The program option --yes=N limits the number of \
      resources that a run destroys. You can raise these limits.

      Other limits are fixed. A text has at most 256 MiB, and a list has at most 50 million elements. Lists and records \
      nest at most 512 levels deep. A stream has at most 1,000 stages. If a loop adds stages to a stream, as in \
      let s = s | skip 1, collect the elements in each turn: let s = s | skip 1 | collect. A duration has at most 100 \
      years. A def can call itself at most 150 levels deep. The search for a pattern ends after a limited number of steps.
      """),
    ErrorPage(
      .closed, "The program that reads standard output has closed it, as in retort FILE | head.",
      """
      retort skips the rest of the statement and of the script. The error is shown only if what was skipped changes \
      data, writes a file or checks an assertion. Otherwise retort ends without a message, and the exit status is 0. To \
      run all statements, send the output to a file.
      """),
    ErrorPage(
      .interrupted, "Ctrl-C or a signal stopped the statement.",
      """
      After the signal, retort sent no more requests. The changes in flight may have been carried out. After Ctrl-C at \
      the prompt, the session continues.
      """),
  ]
}
