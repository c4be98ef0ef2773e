import Evaluation

/// The page of an option in `help`.
///
/// Several words can take the same option. The page contains the summary that each word gives to the option. Equal
/// summaries occur only once.
struct OptionPage: Sendable {
  var name: String
  var text: String

  /// Returns the pages of all options that the given words take, sorted by name.
  static func all(of words: [HelpEntry]) -> [OptionPage] {
    var meanings: [String: [(note: String, words: [String])]] = [:]
    for word in words {
      let name = word.section == .stages ? "| \(word.word)" : word.word
      for option in word.options {
        if let known = meanings[option.name]?.firstIndex(where: { $0.note == option.note }) {
          meanings[option.name]?[known].words.append(name)
        } else {
          meanings[option.name, default: []].append((option.note, [name]))
        }
      }
    }
    return meanings.sorted { $0.key < $1.key }.map { name, meanings in
      let paragraphs = meanings.map { meaning in
        "\(meaning.note.prefix(1).uppercased())\(meaning.note.dropFirst()).\n\(taken(by: meaning.words))"
      }
      return OptionPage(name: name, text: (paragraphs + (notes[name].map { [$0] } ?? [])).joined(separator: "\n\n"))
    }
  }

  private static func taken(by words: [String]) -> String {
    (["An option of"] + words.dropLast().map { $0 + "," } + words.suffix(1).map { $0 + "." })
      .lines(of: 100).joined(separator: "\n")
  }

  /// Additional texts for some options, which follow the summaries on their pages.
  static let notes: [String: String] = [
    "journal": """
    The journal is a file with lines of JSON. Only its owner can read the file. Before a request is sent, the journal
    gets a line that announces the request. When the outcome is known, the journal gets a line with the outcome. To
    continue after a stop, run the same statement with the same file. Changes that are done are not sent again. The
    journal identifies a change by its method, queue and id, and a create by its key. So the input and the script can
    change between two runs. A stage such as take 500 can select other elements in the next run. To allow at most 500
    changes in all runs together, use max: 500.

    A journal is refused if it is complete, or if it belongs to another statement or another broker. A broker is
    identified by its cluster name and vhost. An embedded database is identified by its file. embedded:blog exists only
    in memory, so a later run can't use a journal of its changes. If a script stopped after a statement whose journal is
    complete, remove this statement, then run the script again.
    """,
    "backup": """
    The file has lines of JSON. Each line is a resource, as show returns it. A resource is changed only when its line is
    on the disk. The lines for link, relink, unlink and update contain the linkage that the statement changes. For a
    destroy, the option include: names the relationships to store. Each run appends to the file. A resource that is
    already in the file is not stored again. A resource that can't be read is not changed.

    Three commands restore the data. The first command restores values, the second restores linkage, and the third
    restores destroyed resources. Run only the command that you need:

      read "FILE" | update posts {state: .state}
      read "FILE" | relink posts "tags" .tags
      read "FILE" | create posts keep-id: true
    """,
    "verify": """
    When all replies have arrived or timed out, the statement looks up the changes that got no reply. A change that is
    found counts as ok. No change is sent again. For link, relink and unlink, a lookup reads the linkage. For a
    transition, a lookup reads the state of the resource. With "all", the statement also looks up every create by its
    key. These lookups find resources that were created twice. The lookups end after three timeouts in a row, or after
    10,000 changes. A note then says how many changes were not looked up, and why.
    """,
    "dry-run": """
    In the summary, the changes that would be sent count as ok. A created resource has the id dry-run-1. The program
    option --dry-run does the same for a whole script. After the first change that is not sent, --dry-run shows
    assertions and does not check them. The reason is that the data to check is not changed.
    """,
    "retry": """
    The pauses between the attempts grow from 250 ms to 16 s. A read is sent again if its queue did not exist, if no
    reply came, or if the connection or the service failed. A read is also sent again after a malformed reply. A
    destroy, an update or a relink is sent again if its queue did not exist, or if the connection or the service failed.
    Any other change is sent again after such a failure only if it never left this machine, and only if the broker did
    not refuse its message (nack).

    If a change other than a create gets no reply, the statement first looks up the change. The change is sent again
    only if the lookup does not find the change. With expire: false, a change without a reply is not sent again. A
    create without a reply is never sent again.
    """,
    "throttle": """
    depth: is the maximum number of messages in the client's queue, including the messages of the statement. p95: is the
    maximum 95th percentile of the reply times. The statement sends nothing while a value is above its maximum, or while
    the depth can't be read. The progress line shows the reason for such a pause. The option patience: is the maximum
    length of a pause.
    """,
    "workers": """
    A worker is a program that was started with retort work URI --pool NAME. The URI must name the broker and vhost of
    the client. The statement gives its changes to the workers in chunks of at most 200 changes. Order, journal, limits
    and summary are the same as without workers. in-flight: is the number of changes in all chunks together. By default,
    there are two chunks for each worker. The program and the workers need the same secret in RETORT_POOL_KEY. If a
    worker is lost, another worker gets the chunk of the lost worker. The new worker looks up the changes before it
    sends them. help pools explains how to start workers.
    """,
    "settle": """
    A change that got no reply, and that a lookup does not find, can still wait in the service. So without settle:, a
    create remains unknown. An update or a relink remains unknown too, if the statement now computes other content than
    in the earlier run. An example is {views: .views + 1} after another program changed the views. With settle: 60s, the
    statement waits until the messages have expired, and then 60 s more. Then the statement looks up the changes, and
    sends those that it does not find. The stage each runs an iteration again if the lookups find none of its changes.
    settle: needs journal:, retry: or workers:, because only these options send changes again.
    """,
    "unknown": """
    A change is unknown if it was sent and no reply came. When a run continues a journal, the run first looks up the
    changes that earlier runs left unknown. If a change is not found and can't safely be sent again, the option unknown:
    decides what happens. "fail" counts the change as unknown, and the exit status is 5. "skip" leaves the change out.
    "retry" sends the change again, so the change can be carried out twice.
    """,
    "via": """
    With via: {published: "draft", archived: "published"} and to: "archived", a resource in the state draft gets two
    updates. The first update sets the state published, and the second update sets the state archived. A resource in the
    state archived is not changed.
    """,
    "with": """
    Without the option, the client of the statement sends all updates. With the option with: {published: reviewers}, the
    client reviewers sends the update to the state published. Both clients need the same type.
    """,
    "failed": """
    The file has lines of JSON. Each line is a record {source, element, identity, error}. Only its owner can read the
    file. source is the element that entered the pipeline. After a stage that combines elements, such as collect, source
    is the element that this stage returned. element is the element that the changing stage received, or null if an
    earlier stage failed. identity identifies the change. identity is null if there was no change, and for a create
    without key:.

    If the file exists and contains failed elements, the statement replaces the file. A file with other content is
    refused. Without failures the file is empty. If a late reply or a lookup shows that a change was carried out, the
    line of this change is removed. The next command runs the failed elements again. The command leaves out the elements
    whose error has the kind unknown, because their changes may have been carried out:

      read "bad.ndjson" | where .error.kind != "unknown" | map .source | ...
    """,
    "halt": """
    With halt:, the statement continues after a failure, as with on-error: "continue". A percentage is first checked
    when 20 elements have an outcome. It is checked again after each further outcome, and at the end.
    """,
    "guard": """
    No option in a script overrides the guard. With guard: "confirm", a program without a terminal destroys resources
    only if it has the options --guarded and --yes=N. If another connection to the same broker has no guard, a note says
    so.
    """,
    "timeout": """
    timeout: of a command or stage overrides timeout: of the client. timeout: of the client overrides set timeout: and
    the program option --timeout. If the timeout of a read expires, the read fails with the kind timeout, and can be
    repeated. If the timeout of a change expires after the change was sent, the change is unknown. The lookups of a
    statement, and its reads for backup:, have the same timeout as its changes, but not less than the client's timeout.
    """,
    "expire": """
    When the timeout of a change expires, the broker drops the message of this change from the queue. So a service that
    starts later does not carry out the change. There are two exceptions: a queue with a dead-letter exchange forwards
    the expired message, and a stream queue keeps the expired message. With expire: false or timeout: "never", the
    message remains in the queue. Messages of reads never expire.
    """,
    "meta": """
    The member meta of a request has information that is not part of the resource, such as the caller or a test sandbox.
    A client sends its meta with each request. The default is {host: "NAME OF THIS MACHINE"}. The option meta: of a
    command adds its members to the members of the client. If both have a member with the same name, the member of the
    command is sent.
    """,
    "include": """
    The value is one name, several names with commas ("author,tags"), or a list of names. "author.posts" also includes
    the posts of the author. An included resource is a field, so .author.name is the name of the author. Without
    include:, a relationship has only .type and .id.
    """,
    "filter": """
    Values are sent as text. A list matches each resource that has one of the values in the list. A resource as a value
    is sent as its id. retort refuses null, "", [] and text with a comma, and sends nothing, because servers ignore or
    misread such values.
    """,
    "page": """
    Without number, the page is the first one. index reads this page. stream reads this page and all later pages.
    destroy-all uses only the size. Services with offset paging need {offset: 0, limit: 100}. Many services limit the
    size. If the size is too large, the error of the service names the maximum.
    """,
    "prefetch": """
    By default, stream requests a page when all elements of the previous page are used. With prefetch: 2, stream
    requests the next two pages as soon as a page arrives. If the service does not say how many pages there are, stream
    requests only the next page. Reading ahead saves time if each page takes long. The order of the elements does not
    change. The maximum is 64.
    """,
    "on-shift": """
    If other programs create or destroy resources during the read, resources move between the pages. A stream can then
    skip some resources, or return some resources twice. A note at the end reports two things: whether the total number
    of resources in the replies (record-count) changed between two pages, and how many ids came twice. A statement that
    changes data ignores an id that comes again. With on-shift: "fail", the stream ends with an error as soon as such a
    change of the list is detected.
    """,
    "reply": """
    By default, a client has its own reply queue. The queue is deleted when the client is stopped. "direct" uses
    RabbitMQ's direct reply-to, which is lighter for the broker. The replies are the same.
    """,
    "keys": """
    With keys: "underscore", a client shows the field inserted-at as inserted_at, and sends inserted_at as inserted-at.
    Types are sent unchanged. If a command has keys: "wire", the names of its fields are sent unchanged.
    """,
    "relationships": """
    With relationships: {author: "authors", tags: ["tags"]}, create and update accept {author: {id: "1"}} and
    {tags: [{id: "1"}]}, without types. null and [] clear a relationship. Without the option, write the type too, as in
    {type: "authors", id: "1"}, or give the resource itself.

    Without the option, unlink first reads the linkage. The reason is that some services clear a to-one relationship
    even if the request names another resource than the linked one.
    """,
    "in-flight": """
    A request is in flight from when it is sent until its reply arrives. The results keep the order of the elements.
    After the first failure, no more requests are sent. The statement then waits for the replies to the requests in
    flight, and counts these replies. The stage each runs at most this number of iterations at the same time.
    """,
    "on-error": """
    By default, the first failure stops the statement. With "continue", all elements are processed. At the end, the
    first failure of each kind is shown. The summary counts all outcomes. A change that could not be sent counts as
    refused. A script with failures ends with the exit status 5. The next stage does not get the failed elements.
    destroy-all continues with the next page.
    """,
    "confirm": """
    These are bulk destructions: destroy-all, | destroy, and a destroy in a loop or inside another stage. A destroy in a
    def that is called in a loop or stage is a bulk destruction too. At a terminal, retort asks, and you confirm by
    typing the number of resources. Without a terminal, the statement needs confirm: true, or the program needs --yes.
    """,
    "max": """
    The elements are counted before the first change is sent. If there are too many elements, the error has the kind
    limit. If this error ends a script, the exit status is 6. With journal:, the changes of earlier runs count too.
    """,
    "key": """
    The key of an element is a field such as .email, or another expression. If an earlier element had the same key, the
    element is refused, because its resource would be created twice. The stage | unique .email removes such elements in
    advance. An element with the key null is refused too.
    """,
    "append": """
    Either all elements are appended, or none. Rows of csv and tsv must have the columns of the file. A row with another
    column is an error. If several statements append to one file at the same time, each statement waits for the one
    before.
    """,
    "keep-id": """
    By default, the service assigns the id of a new resource. If the element is a resource, create does not send its id,
    and the copy gets a new id. If the element is a plain record with an id, create refuses the element. With
    keep-id: true, create sends the id, for example to restore a backup.
    """,
  ]
}

extension [String] {
  /// Joins the words into lines of at most `width` characters.
  func lines(of width: Int) -> [String] {
    var lines = [""]
    for word in self {
      if lines[lines.count - 1].count + word.count >= width { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines
  }
}
