import Evaluation

/// An option, and its page in `help`: what the words that take it say of it, each meaning once.
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

  /// What there is to say of some beyond their line.
  static let notes: [String: String] = [
    "journal": """
    A file of JSON lines for its owner's eyes: an intent before a request leaves, an outcome after it. The same statement
    with the same file goes on where it stopped; input and script may change in between, since a change is known by its
    verb, queue and id (create: key:). Another statement's journal is refused, and so is one that is complete.
    """,
    "backup": """
    Lines of JSON, each a resource as show gives it, on the disk before its change leaves; include: names what is read with
    it. The file is appended to, and keeps the first image of each resource. What can't be read is not changed. To put
    values back: read "FILE" | update posts {state: .state}; destroyed ones: read "FILE" | create posts keep-id: true.
    """,
    "verify": """
    At the end, changes without a reply are read: what is found as it was sent counts as carried out since. Nothing is
    sent again. Lookups end after three timeouts in a row.
    """,
    "retry": """
    With growing pauses. A destroy, an update or a relink is sent again where it found no route or the connection or the
    service failed, and without a reply after a lookup that does not find it. A create is only sent again if it never left.
    """,
    "throttle": """
    depth: is how many messages may wait in the client's queue, its own included; p95: how long 95 of 100 replies take. If
    the depth can't be read, the statement waits too. The progress says why it waits; patience: is how long.
    """,
    "settle": """
    Without it, a create or an update that may have been carried out and is not found stays unknown. With it, the
    statement waits so long beyond the life of the messages, looks again, and sends what is not there.
    """,
    "failed": """
    Lines of JSON: {source, element, identity, error}. source is the element at the pipeline's head, element what the verb
    was given. The file is emptied first.
    """,
    "halt": """
    It implies on-error: "continue". A percentage counts from 20 outcomes on, and at the end.
    """,
    "guard": """
    No option of a script opens it: a batch needs --guarded and --yes=N for guard: "confirm".
    """,
    "timeout": """
    The call's own counts before the client's, the client's before set timeout: and --timeout. A read without a reply
    by then fails with kind timeout and may be repeated; a change that was sent ends as unknown.
    """,
    "expire": """
    A change that waits in the queue leaves it when its time is up, so that no service that comes late takes from there
    what was given up; a queue with a dead-letter exchange passes it on, and a stream keeps it. false leaves it in the
    queue, and so does timeout: "never"; reads stay too.
    """,
    "meta": """
    The request's meta, which services take for what is not of the resource: who asks, a sandbox. A client's goes with
    each of its requests, {host: "this machine"} if it says nothing; a call's own wins name by name.
    """,
    "include": """
    One name, "author,tags", or a list of names; "author.posts" goes further. What was included is read as a field:
    .author.name. Without it only .type and .id of what a relationship leads to are known.
    """,
    "filter": """
    Values are sent as text; a list finds any of its values, a resource stands for its id. What servers take for no
    filter at all is an error before anything is sent: null, "", [], and a text with a comma.
    """,
    "page": """
    A size without a number begins at 1. index reads that page; stream and destroy-all take the size for each of
    theirs. Services that page otherwise take {offset: 0, limit: 100}. Many have a largest size, and say so.
    """,
    "prefetch": """
    stream asks for a page when the one before is used up. With prefetch: 2 two more are on their way meanwhile, from
    the second page on; worth it where a page takes long. They come in order. 64 at most.
    """,
    "on-shift": """
    Rows move between pages while others create and destroy them: some are never seen, others come twice. A note says so
    at the end: where the record-count moved between two pages, and how many ids were seen twice. In a statement that
    changes data an id that comes again is passed over. on-shift: "fail" makes each of these an error, as soon as it is
    seen.
    """,
    "reply": """
    By default a client has a reply queue of its own, which goes when it is closed. "direct" is lighter for the
    broker; both see the same replies.
    """,
    "keys": """
    Names stay as on the wire: inserted-at. A client with keys: "underscore" shows them as inserted_at, and sends
    what you write with _ with -. keys: "wire" at a call sends its names as they are written.
    """,
    "relationships": """
    Of a client that knows author to be of type "authors", create and update take {author: {id: "1"}} without the
    type, and null to clear it; of tags, as a list of one type, [{id: "1"}] and []. Without it {type:, id:} is
    written out, or a resource.
    """,
    "in-flight": """
    So many requests are on their way at once; the elements that flow on keep their order. After the first failure
    no more are sent, and those in flight are waited for and counted. each runs so many of its blocks at once.
    """,
    "on-error": """
    Without it the first failure stops the stage. "continue" goes on to the end, then shows the first failure of each
    kind; the summary counts all, refused are those that could not be sent, and a batch ends with status 5. What failed
    does not flow on. destroy-all leaves it where it is, and goes on to the next page.
    """,
    "confirm": """
    destroy-all, | destroy, and a destroy in a loop, a def or a stage ask at a terminal and want the number typed. Elsewhere
    they are refused without confirm: true, or --yes for the whole run.
    """,
    "max": """
    The elements are counted before the first is destroyed; with more than that nothing is sent, the error is of kind
    limit and a batch ends with status 6.
    """,
    "key": """
    An expression of the element, such as .email. An element whose key another had before is refused, since it
    would be made twice; | unique .email before it drops such.
    """,
    "append": """
    All of it is added at the end, or nothing. Rows of csv and tsv go under the columns that the file has; one with
    another column stops the stage. Statements that append to one file at the same time take turns.
    """,
    "keep-id": """
    A service gives new resources their ids. Without this the id of a resource is left out, since a copy has another,
    and a plain record with an id is refused. With it the id is sent, as for a backup that is restored.
    """,
  ]
}

extension [String] {
  /// The words in lines of at most so many characters.
  func lines(of width: Int) -> [String] {
    var lines = [""]
    for word in self {
      if lines[lines.count - 1].count + word.count >= width { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines
  }
}
