import Evaluation

/// The page of an option in `help`: the option's summaries from all words that take the option, without repetition.
struct OptionPage: Sendable {
  var name: String
  var text: String

  /// Returns the pages of the options that the given words take, sorted by name.
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

  /// The notes that follow the summaries of some options.
  static let notes: [String: String] = [
    "journal": """
    The journal is a file of JSON lines that only its owner can read. One line announces each request before it is sent, and another
    line records its outcome. The same statement with the same file continues where it stopped. The input and the script
    can change in the meantime, because a change is identified by its verb, queue and id (a create: by its key). A stage
    such as take 500 selects other elements when the earlier ones are gone; max: counts the changes of all runs. The
    journal of another statement or another broker is refused, and so is a complete one. A broker is identified by its
    cluster name and vhost, an embedded database by its file. embedded:blog is in memory and ends with its run, so no
    other run can resume its journals. To resume a script after a statement whose journal is complete, remove this
    statement from the script.
    """,
    "backup": """
    The file has lines of JSON. Each line is a resource as show returns it, and is on the disk before the resource is
    changed. The line contains the linkage that link, relink, unlink or update replaces; for a destroy, include: names the relationships to store.
    Each run appends to the file; a resource that is already in the file is not stored again. A resource that can't be
    read is not changed. To restore values, run read "FILE" | update posts {state: .state}. To restore linkage, run read
    "FILE" | relink posts "tags" .tags. To restore destroyed resources, run read "FILE" | create posts keep-id: true.
    """,
    "verify": """
    At the end, changes without a reply are looked up; a change that is found counts as carried out. Nothing is sent
    again. link, relink and unlink are looked up in the linkage, and a transition in the state of its resource. "all"
    also looks up every create by its key, and finds resources that were created twice. Lookups stop after three
    successive timeouts, and at most 10,000 changes without a reply are looked up; a note says how many were not, and why.
    """,
    "dry-run": """
    The summary of a sink counts in ok the changes that would be sent. A created resource has the id dry-run-1. The
    program option --dry-run does the same for a whole script: after the first change that it does not send, it shows
    assertions and does not check them, because they would be about data that only a real run has.
    """,
    "retry": """
    The pauses grow from 250 ms to 16 s. Reads, also those of a bulk change, are sent again if there was no route or no
    reply, or if the connection or the service failed. The same applies to a destroy, an update or a relink, but after a
    missing reply only if a lookup does not find the change. Any other change is sent again only if it was not sent, and
    not after the broker refused its message (nack).
    """,
    "throttle": """
    depth: is the maximum number of messages in the client's queue, including those of the statement; p95: is the maximum
    95th percentile of the reply times. If the depth can't be read, the statement waits too. The progress line shows the
    reason; patience: limits the wait.
    """,
    "workers": """
    Programs started with retort work URI --pool NAME send the changes, in chunks of up to 200, on the client's broker
    and vhost. Order, journal, limits and summary are the same as without workers. in-flight: is then the number of
    changes in chunks; the default is two chunks for each worker. The chunks are signed with the secret in
    RETORT_POOL_KEY, which the workers need too. If a worker is lost, another one gets its chunk, and looks up the
    changes before it sends them.
    """,
    "settle": """
    Without settle:, a create that may have been carried out and that a lookup does not find remains unknown. So does an
    update or a relink whose resource now has other content. With settle:, the statement waits this long after the
    messages expire, looks up the changes, and sends those that it does not find; an each runs an iteration again if the
    lookups find none of its changes. settle: needs journal:, retry: or workers:, because only they send changes again.
    """,
    "failed": """
    The file has lines of JSON, {source, element, identity, error}, and only its owner can read it. source is the element
    at the head of the pipeline or, if a stage combines elements, such as collect, after the last such stage. element is
    the verb's input, null if an earlier stage failed; identity is null if no change was built, and for a create without
    key:. A file of another kind is refused; a file of this kind is replaced at the first failure. Without failures the
    file is empty. If a late reply or a lookup shows that a change was carried out, its line is removed. To repeat the
    failures, leave out the elements of unknown outcome, because their changes may have been carried out:

      read "bad.ndjson" | where .error.kind != "unknown" | map .source | ...
    """,
    "halt": """
    halt: implies on-error: "continue". A percentage is checked from 20 outcomes on, and at the end.
    """,
    "guard": """
    No other option in a script overrides the guard. With guard: "confirm", a batch needs --guarded and --yes=N. A note
    is shown if another connection to the same broker has no guard.
    """,
    "timeout": """
    A call's timeout overrides the client's, which overrides set timeout: and --timeout. After the timeout a read fails
    with kind timeout and can be repeated; a change that was sent ends as unknown. The lookups of a statement and its
    reads for backup: wait as long as its changes, but not less than the client's timeout.
    """,
    "expire": """
    A change that waits in the queue expires with its timeout, so a service that starts later does not carry it out. A
    queue with a dead-letter exchange forwards the expired message, and a stream queue keeps it. With expire: false or
    timeout: "never", the message remains in the queue. Messages of reads never expire.
    """,
    "meta": """
    The request's meta: information that is not part of the resource, such as the caller or a test sandbox. A client sends
    its meta with each request, by default {host: "this machine"}; the meta of a call overrides it name by name.
    """,
    "include": """
    The value is one name, names with commas ("author,tags"), or a list of names. "author.posts" also includes the posts
    of the author. An included resource is read as a field: .author.name. Without include:, a relationship has only .type and .id.
    """,
    "filter": """
    Values are sent as text. A list matches any of its values, and a resource is sent as its id. Values that servers
    ignore or misread are errors before anything is sent: null, "", [], and text with a comma.
    """,
    "page": """
    A size without a number means page 1. index reads that page; stream and destroy-all use the size for all pages.
    Services with offset paging need {offset: 0, limit: 100}. Many services have a maximum size, which their error
    names.
    """,
    "prefetch": """
    stream requests a page when the previous one is used up. With prefetch: 2, it requests two more pages in advance,
    from the second page on, which helps if pages take a long time. The order of the pages does not change. The maximum
    is 64.
    """,
    "on-shift": """
    Rows move between pages while others create and destroy them, so a stream can skip rows or return rows twice. At the
    end a note reports where the record-count changed between two pages, and how many ids were returned twice. A
    statement that changes data ignores repeated ids. With on-shift: "fail", each of these cases is an error as soon as
    it is detected.
    """,
    "reply": """
    By default a client has its own reply queue, which is deleted when the client is stopped. "direct" uses RabbitMQ's
    direct reply-to, which is lighter for the broker; the replies are the same.
    """,
    "keys": """
    By default names have the form of the wire: inserted-at. A client with keys: "underscore" shows inserted_at, and
    sends names with - in place of _; types are sent unchanged. keys: "wire" in a call sends the names of that call
    unchanged.
    """,
    "relationships": """
    With relationships: {author: "authors", tags: ["tags"]}, create and update accept {author: {id: "1"}} and {tags:
    [{id: "1"}]}, without types; null and [] clear the relationship. Without the option, write {type:, id:} or a resource,
    and an unlink first reads the linkage, because some services clear a to-one relationship even
    if the unlink names another identifier.
    """,
    "in-flight": """
    The maximum number of requests that are in flight at one time; the results keep the order of the elements. After the first
    failure no more requests are sent; the replies to those in flight are awaited and counted. each runs at
    most this number of iterations at one time.
    """,
    "on-error": """
    By default the first failure stops the stage. "continue" processes all elements, then shows the first failure of
    each kind. The summary counts all outcomes; refused counts the changes that could not be sent. A batch ends with
    status 5. Failed elements are not passed on to the next stage. destroy-all skips them and continues with the next
    page.
    """,
    "confirm": """
    destroy-all, | destroy, and a destroy in a loop or a stage, or in a def that is called there, ask at a terminal; you
    confirm by typing the number. Without a terminal they need confirm: true, or --yes for the whole run.
    """,
    "max": """
    The elements are counted before the first change is sent. If there are more than max:, nothing is sent, the error
    has the kind limit, and a batch ends with status 6. With journal:, the changes of earlier runs count too.
    """,
    "key": """
    The key is an expression of the element, such as .email. If an earlier element had the same key, the element is refused,
    because it would be created twice; | unique .email removes such elements in advance. An element whose key is null
    is refused too.
    """,
    "append": """
    Either everything is appended, or nothing. Rows of csv and tsv must have the columns of the file; a row with another
    column stops the stage. Concurrent statements that append to one file take turns.
    """,
    "keep-id": """
    A service assigns ids to new resources. Without this option, create omits the id of a resource (the copy gets a new
    id), and refuses a plain record that has an id. With keep-id: true, it sends the id, for example to restore a backup.
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
