import Evaluation

/// An option and its page in `help`: the summaries of all words that take it, without repetition.
struct OptionPage: Sendable {
  var name: String
  var text: String

  /// The options of some words, by name.
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
    (["Taken by"] + words.dropLast().map { $0 + "," } + words.suffix(1).map { $0 + "." })
      .lines(of: 100).joined(separator: "\n")
  }

  /// The notes that follow the summaries of some options.
  static let notes: [String: String] = [
    "journal": """
    A file of JSON lines that only its owner can read: an intent before each request, an outcome after it. The same
    statement with the same file continues where it stopped. Input and script may change in between, since a change is
    identified by its verb, queue and id (create: key:). Another statement's journal is refused, and so are another broker's and a
    complete one. A broker is known by its cluster's name and the vhost, an embedded database by its file.
    """,
    "backup": """
    Lines of JSON, each a resource as show returns it, on the disk before its change is sent. A line has the linkage that
    link, relink, unlink or update replaces; for a destroy, include: names the relationships to keep. The file is appended
    to, and keeps the first image of each resource. A resource that can't be read is not changed. To restore values:
    read "FILE" | update posts {state: .state}; linkage: read "FILE" | relink posts "tags" .tags; destroyed resources:
    read "FILE" | create posts keep-id: true.
    """,
    "verify": """
    At the end, changes without a reply are looked up; a change that is found counts as carried out. Nothing is sent
    again. Lookups end after three timeouts in a row.
    """,
    "retry": """
    With growing pauses, from 250 ms to 16 s. A read is sent again if there was no route or no reply, or the connection or the
    service failed; the reads of a bulk change too. So is a destroy, an update or a relink, but without a reply only after a
    lookup does not find it. A create is sent again only if it was not sent.
    """,
    "throttle": """
    depth: is the most messages that may wait in the client's queue, its own included; p95: the 95th percentile of the reply
    times. If the depth can't be read, the statement waits too. The progress line shows the reason; patience: is the limit.
    """,
    "settle": """
    Without it, a create or an update that may have been carried out and is not found stays unknown. With it, the
    statement waits this long after the messages expire, looks again, and sends what is missing. each waits before it runs
    unknown iterations again, as unknown: "retry" says.
    """,
    "failed": """
    Lines of JSON: {source, element, identity, error}. source is the element at the head of the pipeline, element the
    verb's input. The file is emptied first.
    """,
    "halt": """
    It implies on-error: "continue". A percentage is checked after 20 outcomes or more, and at the end.
    """,
    "guard": """
    No option in a script overrides it: a batch needs --guarded and --yes=N for guard: "confirm".
    """,
    "timeout": """
    A call's timeout overrides the client's, which overrides set timeout: and --timeout. After it a read fails with kind
    timeout and may be repeated; a change that was sent ends as unknown.
    """,
    "expire": """
    A change that waits in the queue expires with its timeout, so that a service that starts late does not carry it out.
    A queue with a dead-letter exchange forwards it, and a stream queue keeps it. With false or timeout: "never" it stays
    in the queue; reads always stay.
    """,
    "meta": """
    The request's meta: information that is not part of the resource, such as the caller or a test sandbox. A client sends
    its meta with each request, by default {host: "this machine"}; the meta of a call overrides it name by name.
    """,
    "include": """
    One name, "author,tags", or a list of names; "author.posts" includes the posts of the author too. An included resource
    is read as a field: .author.name. Without include:, a relationship has only .type and .id.
    """,
    "filter": """
    Values are sent as text; a list matches any of its values, a resource is sent as its id. Values that servers ignore or
    misread are errors before anything is sent: null, "", [], and a text with a comma.
    """,
    "page": """
    A size without a number means page 1. index reads that page; stream and destroy-all use the size for all their pages.
    Services with offset paging need {offset: 0, limit: 100}. Many services have a largest size, which their error names.
    """,
    "prefetch": """
    stream requests a page when the one before is consumed. With prefetch: 2, two more pages are requested ahead, from the
    second page on, which helps if a page takes long. The pages stay in order. The maximum is 64.
    """,
    "on-shift": """
    Rows move between pages while others create and destroy them: some are never seen, others come twice. A note says so
    at the end: where the record-count moved between two pages, and how many ids were seen twice. In a statement that
    changes data an id that comes again is passed over. on-shift: "fail" makes each of these an error, as soon as it is
    seen.
    """,
    "reply": """
    By default a client has its own reply queue, which is deleted when the client is stopped. "direct" uses RabbitMQ's
    direct reply-to, which is lighter for the broker; the replies are the same.
    """,
    "keys": """
    By default names stay as on the wire: inserted-at. A client with keys: "underscore" shows inserted_at, and sends names
    with - for _. keys: "wire" in a call sends its names unchanged.
    """,
    "relationships": """
    With relationships: {author: "authors", tags: ["tags"]}, create and update accept {author: {id: "1"}} without the type
    and null to clear it, and {tags: [{id: "1"}]} or []. Without it, write {type:, id:} or a resource.
    """,
    "in-flight": """
    This many requests are in flight concurrently; the elements that flow on keep their order. After the first failure no
    more requests are sent; those in flight are awaited and counted. each runs this many of its blocks concurrently.
    """,
    "on-error": """
    Without it the first failure stops the stage. "continue" works to the end, then shows the first failure of each kind.
    The summary counts all; refused are changes that could not be sent. A batch ends with status 5. Failed elements do not
    flow on. destroy-all skips them and continues with the next page.
    """,
    "confirm": """
    destroy-all, | destroy, and a destroy in a loop, a def or a stage ask at a terminal; you confirm by typing the number.
    Elsewhere they are refused without confirm: true, or --yes for the whole run.
    """,
    "max": """
    The elements are counted before the first one is destroyed. If there are more, nothing is sent, the error has the kind
    limit, and a batch ends with status 6.
    """,
    "key": """
    An expression of the element, such as .email. An element whose key occurred before is refused, since it would be
    created twice; | unique .email before it drops such elements.
    """,
    "append": """
    Everything is appended, or nothing. Rows of csv and tsv must fit the columns of the file; a row with another column
    stops the stage. Statements that append to one file at the same time take turns.
    """,
    "keep-id": """
    A service assigns ids to new resources. Without this option, a resource's id is omitted, since a copy gets another id,
    and a plain record with an id is refused. With it, the id is sent, for example to restore a backup.
    """,
  ]
}

extension [String] {
  /// The words in lines of at most `width` characters.
  func lines(of width: Int) -> [String] {
    var lines = [""]
    for word in self {
      if lines[lines.count - 1].count + word.count >= width { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines
  }
}
