import Evaluation

/// The page of an option in `help`.
///
/// The page contains the summary of the option from each word that takes it. Equal summaries occur only once.
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
    The journal is a file of JSON lines that only its owner can read. One line announces each request before it is sent,
    and another line records its outcome. To continue after a stop, run the same statement with the same file. The input
    and the script can change in the meantime, because a change is identified by its method, queue and id; a create is
    identified by its key. A stage such as take 500 can select other elements in the next run; use max: 500 to allow at
    most 500 changes in all runs together.

    A journal is refused if it is complete, or if it belongs to another statement or another broker. A broker is
    identified by its cluster name and vhost; an embedded database is identified by its file. embedded:blog exists only
    in memory, so a journal of its changes can't be used by a later run. If a script stopped after a statement whose
    journal is complete, remove that statement, then run the script again.
    """,
    "backup": """
    The file has lines of JSON. Each line is a resource as show returns it, and is on the disk before the resource is
    changed. The line contains the linkage that link, relink, unlink or update changes. For a destroy, name the
    relationships to store in the option include:. Each run appends to the file; a resource that is already in the file
    is not stored again. A resource that can't be read is not changed. Of the commands below, the first restores values,
    the second restores linkage, and the third restores destroyed resources; run only the one that you need:

      read "FILE" | update posts {state: .state}
      read "FILE" | relink posts "tags" .tags
      read "FILE" | create posts keep-id: true
    """,
    "verify": """
    When all replies have arrived or timed out, the statement looks up the changes that got no reply; a change that is
    found counts as ok. No change is sent again. link, relink and unlink are looked up in the linkage, a transition in
    the state of its resource. With "all", the statement also looks up every create by its key, and so finds resources
    that were created twice. The lookups end after three timeouts in a row, or after 10,000 changes; a note then says
    how many changes were not looked up, and why.
    """,
    "dry-run": """
    In the summary, the changes that would be sent count as ok. A created resource has the id dry-run-1. The program
    option --dry-run does the same for a whole script. After the first change that is not sent, --dry-run shows
    assertions and does not check them, because the data that they test is not changed.
    """,
    "retry": """
    The pauses before the repetitions grow from 250 ms to 16 s. A read is sent again if its queue did not exist, if no
    reply came, or if the connection or the service failed. A destroy, an update or a relink is sent again in the same
    cases; but if no reply came, the statement first looks up the change, and sends it again only if the change was not
    found. Any other change is sent again only if it never left this machine, and only if the broker did not refuse its
    message (nack).
    """,
    "throttle": """
    depth: is the maximum number of messages in the client's queue, including those of the statement. p95: is the
    maximum 95th percentile of the reply times. While a value is above its maximum, or while the depth can't be read,
    the statement sends nothing, and the progress line shows the reason. patience: is the maximum length of such a
    pause.
    """,
    "workers": """
    A worker is a program that was started with retort work URI --pool NAME, on the broker and vhost of the client. The
    statement gives the changes to the workers in chunks of up to 200. Order, journal, limits and summary are the same as
    without workers. in-flight: is the number of changes in all chunks; the default is two chunks for each worker. The
    program and the workers need the same secret in RETORT_POOL_KEY. If a worker is lost, another worker gets its chunk,
    and looks up the changes before it sends them. help pools explains how to start workers.
    """,
    "settle": """
    A change that got no reply and that a lookup does not find may still wait in the service. So without settle:, a
    create remains unknown, and so does an update or a relink whose resource now has other content. With settle: 60s,
    the statement waits until the messages have expired, waits 60 s more, looks up the changes, and sends those that it
    does not find. The stage each runs an iteration again if the lookups find none of its changes. settle: needs
    journal:, retry: or workers:, because only these options send changes again.
    """,
    "unknown": """
    A change is unknown if it was sent and no reply came. When a run continues a journal, it first looks up the changes
    that earlier runs left unknown. Some of these changes are not found and can't safely be sent again; the option
    unknown: decides about them. "fail" counts them as unknown, and the exit status is 5. "skip" leaves them out.
    "retry" sends them again, so a change can be carried out twice.
    """,
    "via": """
    With via: {published: "draft", archived: "published"} and to: "archived", a resource in the state draft gets two
    updates: to published, then to archived. A resource in the state archived is not changed.
    """,
    "with": """
    Without the option, the client of the statement sends all updates. In the example, the client reviewers sends the
    update to the state published. Both clients need the same type.
    """,
    "failed": """
    The file has lines of JSON, {source, element, identity, error}, and only its owner can read the file. source is the
    element that entered the pipeline; after a stage that combines elements, such as collect, it is the element that
    this stage returned. element is the element that the changing stage received; it is null if an earlier stage failed.
    identity identifies the change; it is null if there was no change, and for a create without key:. If the file
    exists, the statement replaces it, but refuses a file that has other content. Without failures the file is empty. If
    a late reply or a lookup shows that a change was carried out, its line is removed. To run the failed elements again,
    leave out those with the kind unknown, because their changes may have been carried out:

      read "bad.ndjson" | where .error.kind != "unknown" | map .source | ...
    """,
    "halt": """
    With halt:, the statement continues after a failure, as with on-error: "continue". A percentage is checked when 20
    elements have an outcome, then after each outcome, and at the end.
    """,
    "guard": """
    No option in a script overrides the guard. With guard: "confirm" and without a terminal, resources are destroyed
    only if the program has the options --guarded and --yes=N. If another connection to the same broker has no guard, a
    note says so.
    """,
    "timeout": """
    timeout: of a command or stage overrides timeout: of the client, which overrides set timeout: and --timeout. When the
    timeout expires, a read fails with the kind timeout and can be repeated; a change that was sent is unknown. The
    lookups of a statement, and its reads for backup:, wait as long as its changes, but not less than the client's timeout.
    """,
    "expire": """
    When the timeout of a change expires, the broker drops its message from the queue, so a service that starts later does
    not carry out the change. A queue with a dead-letter exchange forwards the expired message, and a stream queue keeps
    it. With expire: false or timeout: "never", the message remains in the queue. Messages of reads never expire.
    """,
    "meta": """
    The member meta of a request has information that is not part of the resource, such as the caller or a test sandbox.
    A client sends its meta with each request, by default {host: "NAME OF THIS MACHINE"}. If a command has meta: too,
    its members are added to those of the client; a member of the command replaces a member of the client with the same
    name.
    """,
    "include": """
    The value is one name, names with commas ("author,tags"), or a list of names. "author.posts" also includes the posts
    of the author. An included resource is a field: .author.name. Without include:, a relationship has only .type and .id.
    """,
    "filter": """
    Values are sent as text. A list means that a resource matches if it has one of the values. A resource as a value is
    sent as its id. null, "", [] and text with a comma are refused, and nothing is sent, because servers ignore or
    misread such values.
    """,
    "page": """
    Without number, the page is the first one. index reads the page; stream and destroy-all use the size for all pages.
    Services with offset paging need {offset: 0, limit: 100}. Many services limit the size; their error names the
    maximum.
    """,
    "prefetch": """
    By default, stream requests a page when all elements of the previous page are used. With prefetch: 2, it requests two
    more pages in advance, from the second page on. This saves time if each page takes long. The order of the elements
    does not change. The maximum is 64.
    """,
    "on-shift": """
    If other programs create or destroy resources during the read, resources move between pages, so a stream can skip
    some resources or return some twice. At the end a note reports whether the total number of resources in the replies
    (record-count) changed between two pages, and how many ids came twice. A statement that changes data ignores an id
    that comes again. With on-shift: "fail", such a change of the list is an error as soon as it is detected.
    """,
    "reply": """
    By default a client has its own reply queue, which is deleted when the client is stopped. "direct" uses RabbitMQ's
    direct reply-to, which is lighter for the broker; the replies are the same.
    """,
    "keys": """
    With keys: "underscore", a client shows the field inserted-at as inserted_at, and sends inserted_at as inserted-at;
    types are sent unchanged. If a command has keys: "wire", the names of its fields are sent unchanged.
    """,
    "relationships": """
    With relationships: {author: "authors", tags: ["tags"]}, create and update accept {author: {id: "1"}} and
    {tags: [{id: "1"}]}, without types; null and [] clear the relationship. Without the option, write
    {type: "authors", id: "1"}, or give the resource itself. Without the option, unlink also reads the linkage first,
    because some services clear a to-one relationship even if the request names another resource than the linked one.
    """,
    "in-flight": """
    A request is in flight from when it is sent until its reply arrives. The results keep the order of the elements.
    After the first failure no more requests are sent; the statement waits for the replies to the requests in flight,
    and counts them. The stage each runs at most this number of iterations at the same time.
    """,
    "on-error": """
    By default the first failure stops the statement. With "continue", all elements are processed, then the first
    failure of each kind is shown. The summary counts all outcomes; it counts a change that could not be sent as
    refused. A script with failures ends with the exit status 5. The next stage does not get the failed elements.
    destroy-all continues with the next page.
    """,
    "confirm": """
    Bulk destructions are destroy-all, | destroy, and a destroy in a loop or inside another stage, or in a def that is
    called there. At a terminal retort asks, and you confirm by typing the number of resources. Without a terminal, the
    statement needs confirm: true, or the program needs --yes.
    """,
    "max": """
    The elements are counted before the first change is sent. If there are too many, the error has the kind limit, and a
    script ends with the exit status 6. With journal:, the changes of earlier runs count too.
    """,
    "key": """
    The key of an element is a field such as .email, or another expression. If an earlier element had the same key, the
    element is refused, because its resource would be created twice; | unique .email removes such elements in advance. An
    element whose key is null is refused too.
    """,
    "append": """
    Either all elements are appended, or none. Rows of csv and tsv must have the columns of the file; a row with another
    column is an error. If several statements append to one file at the same time, one appends after the other.
    """,
    "keep-id": """
    By default the service assigns the id of a new resource: if the element is a resource, create leaves its id out, and
    the copy gets a new id; if the element is a plain record with an id, create refuses it. keep-id: true sends the id,
    for example to restore a backup.
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
