import Evaluation

/// The page of an option in `help`.
///
/// Several words can take the same option. The page contains the summary that each word gives to the option. Equal
/// summaries occur only once.
struct LanguageOptionPage: Sendable {
  var name: String
  var text: String

  /// Returns the pages of all options that the given words take, sorted by name.
  static func all(of words: [HelpEntry]) -> [LanguageOptionPage] {
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
      return LanguageOptionPage(
        name: name, text: (paragraphs + (notes[name].map { [$0] } ?? [])).joined(separator: "\n\n"))
    }
  }

  private static func taken(by words: [String]) -> String {
    (["An option of"] + words.dropLast().map { $0 + "," } + words.suffix(1).map { $0 + "." })
      .lines(of: 100).joined(separator: "\n")
  }

  /// Additional texts for some options, which follow the summaries on their pages.
  static let notes: [String: String] = [
    "journal": """
    The journal has lines of JSON. Only the owner of the file can read it. Before a request is sent, retort writes a \
    line that announces the request. When the outcome of the request is known, retort writes a line with the outcome.

    A statement is the same as in an earlier run if it has the same stage, queue, type and option key:. If the stage \
    is each, its block must also have the same commands that change data, with the same queues. The elements and the \
    other options can differ.

    The journal identifies a change by its method, queue and id. A create has no id, so the journal identifies it by \
    its key (see help key:). It also identifies an iteration of the stage each by its key.

    A stage such as take 500 can select other elements in the next run. All runs together can then change more than \
    500 resources. With the option max: 500, all runs together change at most 500 resources.

    A run evaluates the arguments again, also for elements that are done. So the arguments of the statement must not \
    contain commands that change data.

    A run has no replies for the changes of earlier runs. For such a change, the next stage gets only the type and the \
    id of the resource. An iteration of an earlier run does not run again, so its value is null. So in later stages, \
    do not use values from replies. Use the fields of the elements, for example:

      ... | as person
        | each journal: "a.journal" key: .email do ... end
        | map person.email

    A journal is complete when all changes of its statement are done. retort refuses a complete journal. It also \
    refuses the journal of another statement or another broker. If a script has two statements with journals, and \
    stops at the second one, the journal of the first one is complete. Before you run the script again, remove the \
    first statement, because retort would refuse its journal.

    Do not move or remove the file while the run uses it. If another program removes the file, retort creates it again \
    with its content, and the statement ends.

    The journal identifies a broker by its cluster name and its vhost. It identifies an embedded database by its file. \
    The service embedded:blog exists only in memory, so a later run can't continue a journal of its changes.
    """,
    "backup": """
    The file has lines of JSON. Each line is a resource, as the command show returns it. A resource is changed only \
    after its line is on the disk. If retort can't read a resource, the statement does not change this resource. Each \
    run appends to the file. A resource that is already in the file is not stored again, and a note gives the number \
    of such resources.

    If the statement changes a relationship, each line also contains the linkage of this relationship: the types and \
    ids of the related resources. To store more relationships, for example before a destroy, name them in the option \
    include:, as in include: "tags".

    A file belongs to one queue of one broker. In its first line, the member meta names both. For another queue or \
    broker, use another file.

    To restore the data, use one of these pipelines. The first restores an attribute, the second restores a \
    relationship, and the third restores destroyed resources:

      read "FILE" | update posts {state: .state}
      read "FILE" | relink posts "tags" .tags
      read "FILE" | create posts keep-id: true

    Some services refuse a relationship in a create, such as the comments of a new post. To omit it, add a stage before \
    the create, as in | without .comments.
    """,
    "verify": """
    At the end of the statement, retort looks up the changes that got no reply. If a lookup shows that a change was \
    carried out, the change counts as ok. The next stage then gets the resource from the lookup. Lookups only read, so \
    no change is sent again. For the stages link, relink and unlink, a lookup reads the linkage of the relationship. \
    For a transition, it reads the state of the resource.

    With "all", the statement also searches for each created resource, even if the create got a reply. It searches by \
    the field that the option key: names. In this way, it finds resources that were created twice.

    The lookups end after three timeouts in a row, or after 10,000 changes. A note gives the number of lookups that \
    got no reply or failed. The note also says how many changes were not looked up, and why.
    """,
    "dry-run": """
    In the summary, the changes that would be sent count as ok. A created resource has the id dry-run-1. A later \
    statement that names this id is not sent either: a change is shown, show reads the resource that the dry run made, \
    and count, index, stream and related find nothing. A stage that sends changes refuses such an element, unless it \
    has dry-run: true too. The program \
    option --dry-run does the same for a whole script. After the first change of the script, retort shows assertions \
    and does not check them. Such an assertion could test a change that was not sent.

    A dry run stops with an error if it has more elements than the option max: allows. On a read-only connection, a \
    note says that a real run would be refused.
    """,
    "retry": """
    The pauses between the attempts grow from 250 ms to 16 s.

    A read is sent again in these cases: its queue did not exist, no reply came, the connection or the service failed, \
    or the reply was malformed.

    If a change other than a create gets no reply, the statement looks up the change. The statement sends the change \
    again only if the lookup shows that it was not carried out. A create without a reply is never sent again. With \
    expire: false, retort never repeats a change that got no reply.

    A failed update, relink or destroy is sent again in these cases: its queue did not exist, or the connection or the \
    service failed. A failed create, link or unlink is sent again only if its request did not reach the queue. It is \
    not sent again if the broker refused the message (nack).

    The service may have carried out an attempt that failed. If no later attempt succeeds, the change has the outcome of \
    this attempt.
    """,
    "throttle": """
    With depth: 50, the statement sends no changes while the client's queue has more than 50 messages. The messages of \
    the statement count too. With p95: 200ms, the statement sends no changes while more than 5 % of the replies take \
    longer than 200 ms. In such a pause, it sends a read each second, to measure the reply time. It also sends no \
    changes while retort can't read the number of messages in the queue. The progress line shows the reason for such a \
    pause. The option patience: sets the maximum length of a pause.
    """,
    "workers": """
    The command line retort work URI --pool NAME starts a worker. The URI must name the broker and vhost of the \
    client. The program and the workers need the same secret in the environment variable RETORT_POOL_KEY. To learn \
    more about pools, see help pools.

    The statement gives its changes to the workers in chunks of at most 200 changes. Order, journal, limits and \
    summary are the same as without workers. The option in-flight: sets the maximum number of changes in all chunks \
    together. By default, there are two chunks for each worker. If a worker is lost, another worker gets its chunk. \
    The new worker looks up the changes before it sends them.
    """,
    "settle": """
    A request can wait inside the service. So the service can carry out a change after a lookup has not found the \
    change. With settle: 60s, the statement waits until the messages of these changes have expired, and then for 60 s \
    more. Only then does the statement look up the changes that got no reply. It sends the changes that the lookups do \
    not find. The stage each runs an iteration again if the lookups find none of its changes.

    Without the option settle:, the outcome of a create without a reply remains unknown. The same applies to an update \
    or a relink if its content differs from its content in the earlier run. For example, the content {views: .views + \
    1} differs if another program has changed the views in the meantime.

    The option settle: needs the option journal:, retry: or workers:, because changes are sent again only with one of \
    these options.
    """,
    "unknown": """
    The outcome of a change is unknown if the change was sent, and no reply or an unreadable reply came. The journal \
    also records some failed changes as unknown, because the service may have carried them out. These are changes \
    whose error has the kind bad-gateway, and changes whose message the broker refused (nack).

    When a run continues a journal, it first looks up the unknown changes. For this, it reads their resources. If a \
    lookup shows that a change was carried out, the change is done. If not, and if a repetition is harmless, the run \
    sends the change again. For all other unknown changes, the option unknown: decides what the run does:

      "fail"    counts the change as unknown; the exit status is 5
      "skip"    does not send the change, and counts no failure
      "retry"   sends the change again, so it can be carried out twice
    """,
    "via": """
    The record {published: "draft", archived: "published"} has two steps: from draft to published, and from published \
    to archived. With to: "archived", a resource in the state draft then gets two updates. The first update sets the \
    state published, and the second sets the state archived. A resource that is already in the state archived is not \
    changed.
    """,
    "with": """
    Without the option with:, the client of the statement sends all updates. With {published: reviewers}, the update \
    to the state published uses the client with the name reviewers. Both clients need the same type.
    """,
    "failed": """
    The file has lines of JSON. Each line is a record with these fields:

      source     the element that entered the pipeline
      element    the element that entered the stage with this option
      identity   the change as text, such as update posts 4
      error      the error: kind, message, errors and correlation-id
      stage      the stage and its queue, such as create posts
      change     a text that is the same for equal changes

    A stage before can combine elements (collect), divide them (flatten), or change resources (create, each). The \
    field source then has the element that the last of these stages returned. If an earlier stage failed, the field \
    element is null. The field identity is null if there was no change, or if the change is a create without a key. \
    Only the owner of a new file can read it.

    To repeat the failed elements, name the same file in the option failed: of this pipeline:

      read "bad.ndjson" | where .error.kind != "unknown" | map .source | ...

    In place of the three dots, write the stages of the failed statement after the stage that returned the source. \
    Omit take, skip and other stages that count elements. The stage where omits elements whose repetition could do a \
    change twice: their errors have the kind unknown. The change may have been carried out, or another element has the \
    same key. The field error.cause has the kind of the service's error, such as bad-gateway.

    If several stages use the same file, add the condition .stage == "create posts" for the stage that you repeat. \
    After as, and in a loop, the source lacks the variables. For such a stage, use .element in place of .source, and \
    only this stage in place of the dots.

    A line stays in the file until its element is processed again with the same file. If the change succeeds, retort \
    removes the line. If the change fails again, a new line replaces it. At the end of a statement, a note counts the \
    lines of earlier statements that are left. A statement that does not read the file removes or replaces only the \
    lines of equal changes. If the option names another file, or is missing, the line stays, although the change was \
    carried out. If a late reply or a lookup shows during the statement that a change was carried out, retort removes \
    its line.

    If retort is killed, the changes in flight keep their lines, although they may have been carried out. A line that \
    was just being replaced can then occur twice.

    If the failed statement has a journal or is destroy-all, do not use this pipeline: run the statement again. Before \
    you run destroy-all again, remove the file. The pipeline itself can't have a journal. For a journal, write the \
    elements to another file, and read this file.

    retort refuses a file with other content, and a file that another run is writing.

    It is harmless to repeat an upsert, a destroy, or an update to fixed values. If the statement has only such \
    changes, you can omit the stage where.
    """,
    "halt": """
    With the option halt:, the statement continues after a failure, as with on-error: "continue". When the limit is \
    reached, retort sends no more requests, and waits for the replies to the requests in flight. These replies can add \
    further failures. If the limit is a percentage, retort checks it for the first time when 20 elements have an \
    outcome. After that, it checks the percentage after each outcome, and at the end. Failures of earlier runs, which a \
    journal records, do not count.
    """,
    "guard": """
    No option in a script overrides the guard. To skip the question of the guard "confirm", write both program options \
    --guarded and --yes=N. If there is no terminal, a bulk destruction needs both. If another connection to \
    the same broker has no guard, a note says so.
    """,
    "timeout": """
    You can set a timeout in four places. If several are set, the first in this list applies:

      1. the option timeout: of the command or stage
      2. the option timeout: of the client
      3. the statement set timeout: 10s
      4. the program option --timeout

    If no timeout is set, the timeout is 5 s.

    If the timeout of a read expires, the read fails with an error of the kind timeout. You can safely repeat such a \
    read. If the timeout of a change expires after the change was sent, the outcome of the change is unknown.

    A statement that changes data can also send reads: it looks up changes that got no reply, and reads resources for \
    the option backup:. For these reads, the longer of two timeouts applies: the timeout of the changes, or the \
    timeout of the client.
    """,
    "expire": """
    When the timeout of a change expires, the message of the change can still be in the queue. The broker then drops \
    this message. So a service that starts later does not carry out the change. There are two exceptions. A queue with \
    a dead-letter exchange forwards the expired message. A stream queue keeps the expired message. With expire: false \
    or timeout: "never", the message remains in the queue. Messages of reads never expire.
    """,
    "meta": """
    The member meta of a request has information about the request, such as the caller or a test sandbox. A client sends \
    its meta with each request. The default is {host: "NAME OF THIS MACHINE"}. The option meta: of a command adds its \
    members to the members of the client. If the client and the command have a member with the same name, the member of \
    the command is sent.
    """,
    "include": """
    The value is one name, several names with commas ("author,tags"), or a list of names. "author.posts" includes the \
    authors and their posts. A relationship that is not included has only .type and .id. An included relationship has \
    all fields of the related resource, such as .author.name.
    """,
    "filter": """
    Values are sent as text. A list matches each resource that has one of the values in the list. If a value is a \
    resource, its id is sent. Some values are not allowed, because servers ignore or misread them: null, "", [] and \
    text with a comma. If a filter has such a value, the command fails and sends no request.
    """,
    "page": """
    The command `index` reads one page. The command `stream` reads this page and all later pages. Without the member \
    number, both begin with the first page. With this member, write size too. The command `destroy-all` uses only the \
    size. For services with offset paging, write {offset: 0, limit: 100}. Many services limit the size. If the size is \
    too large, the error of the service names the maximum. If a service sends no page links, the command `stream` \
    requests the pages by number until it has as many resources as the service counts. Without a count, it ends after \
    a page that is not full, or that repeats earlier resources.
    """,
    "prefetch": """
    By default, the command stream requests a page when all elements of the previous page are used. With prefetch: 2, \
    it requests the next two pages as soon as a page arrives. This saves time if the service is slow. If the service \
    does not say how many pages there are, the command requests only the next page. The order of the elements does not \
    change.
    """,
    "on-shift": """
    If other programs create or destroy resources during the read, resources move between the pages. A stream can then \
    skip some resources, or return some resources twice. At the end, a note says whether the total number of resources \
    (record-count) changed between two pages. The note also says how many ids came twice. If a later stage changes the \
    resources, it changes each resource only once, even if the resource came twice. With on-shift: "fail", the stream \
    ends with an error as soon as retort detects that the list has changed.
    """,
    "reply": """
    By default, a client has its own reply queue. When the client is stopped, its reply queue is deleted. With \
    "direct", the client uses RabbitMQ's direct reply-to, which is lighter for the broker. The client gets the same \
    replies in both cases.
    """,
    "keys": """
    With keys: "underscore", you write the name inserted_at, and retort sends the name inserted-at. Results have the \
    name inserted_at too. The names of types stay unchanged. If a client has keys: "underscore", a command \
    with keys: "wire" still uses the names of the service.
    """,
    "relationships": """
    With relationships: {author: "authors", tags: ["tags"]}, a record does not need the types of the related \
    resources. For example, the commands create and update accept {author: {id: "1"}} and {tags: [{id: "1"}]}. Without \
    the option, write the type too, as in {type: "authors", id: "1"}, or use the resource itself. The value null \
    clears a to-one relationship, and [] clears a to-many relationship.

    A type in a list, as in tags: ["tags"], declares a to-many relationship. A type without a list declares a to-one \
    relationship. The command unlink works only with to-many relationships. Without a declaration, unlink first reads \
    the linkage. If the relationship is to-one, unlink fails and changes nothing. Without this check, some services \
    would clear the relationship, even if unlink names another resource.
    """,
    "in-flight": """
    A request is in flight until its reply arrives. The value is from 1 to 10000. The results keep the order of the \
    elements. If a failure stops the statement, no more requests are sent. The statement then waits for the replies to \
    the requests in flight, and counts their outcomes. For the stage `each`, the option limits the iterations that run \
    at the same time.

    If several elements of a stage update the same resource, or relink the same relationship, their changes are sent \
    one after another, in the order of the elements. A statement with a journal, and upsert, refuse the second of these \
    elements. In the stage `each`, iterations that change the same resource can run at the same time. If their order \
    matters, write in-flight: 1 there.
    """,
    "on-error": """
    By default, the first failure stops the statement. With "continue", all elements are processed. The next stage \
    does not get the failed elements. The command `destroy-all` continues with the next page. At the end, the first \
    failure of each kind is shown, and the summary counts all outcomes. A change that could not be sent counts as \
    refused. A script with such failures ends with the exit status 5.
    """,
    "confirm": """
    A bulk destruction is a statement that can destroy many resources. The command `destroy-all` and the stage \
    `destroy` are always bulk destructions. The command `destroy` is a bulk destruction in a loop and in the block of \
    a stage. If a loop or a stage calls a command that was defined with `def`, a `destroy` in this command is a bulk \
    destruction too. At a terminal, retort asks for a confirmation of a bulk destruction. To confirm, type the number \
    of resources. If retort does not know this number, as in a loop, type the maximum number of resources to destroy. \
    Without a terminal, the statement needs the option confirm: true, or the program needs the option --yes.
    """,
    "max": """
    The elements are counted before the first change is sent. If there are too many elements, the statement fails with \
    an error of the kind limit. A script that ends with this error has the exit status 6. If the statement has a \
    journal, the changes of earlier runs count too.
    """,
    "key": """
    In the stages create and each, the key of an element is a field such as .email, or another expression. The stage \
    each takes key: only with journal:. With the option journal: or verify: "all", the key of a create must be a \
    field, because lookups find the resources by this field. To compute the key, set the field in an earlier stage, as \
    in | with email: lower(.email).

    If two elements have the same key, the stage refuses the second element. Otherwise the same change could be \
    carried out twice. An element with the key null is refused too. To remove the elements with repeated keys in \
    advance, use the stage unique, as in | unique .email. The number 5 and the string "5" are the same key. If both \
    can occur, write | unique string(.id).
    """,
    "append": """
    Either all elements are appended, or none. The option works with all formats except json. Rows of csv and tsv are \
    written under the columns of the file. If a row lacks a column, its cell is empty. A row with another column is an \
    error. If the file ends inside a JSON value, a row or a quoted cell, nothing is appended. If the last line of a \
    csv, tsv or txt file has no line end, the line end is added, and a note says so. If several statements append to \
    one file at the same time, they write one after another.
    """,
    "keep-id": """
    By default, the service chooses the id of a new resource. If you create a copy of a resource, the id is not sent, \
    and the copy gets a new id. A record that has an id is refused. With keep-id: true, retort sends the id of the \
    resource or record, for example to restore a backup.
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
