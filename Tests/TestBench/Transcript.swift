/// A file of sessions with the exact text that each statement prints: `Tests/Transcripts/TOPIC.transcript`.
///
/// ```
/// > connect "embedded:blog"
/// > let posts = client queue: "posts"
///
/// # Counting asks for one row
/// > count posts
/// . filter: {state: "draft"}
/// 250
/// > show posts 0
/// ! error[not-found]: posts show: ...
/// ```
///
/// A line with `# ` begins a block. Further lines with `# ` explain the block. A line with `> ` is a statement, and
/// lines with `. ` continue the statement. The lines below a statement are its output. Unmarked lines are standard
/// output, and lines with `! ` are standard error. The statements before the first block are the prologue, with which
/// the session of each block begins.
///
/// Blank lines have no meaning. A backslash begins an output line that is blank or looks like a marked line. The sign
/// `␄` ends an output that has no newline at its end.
///
/// Two directives can stand below a heading:
///
/// ```
/// # A limit that is too small refuses
/// @ retort --yes=2
/// > destroy-all posts filter: {state: "spam"}
/// ! error[limit]: ...
/// = 6
///
/// # A reply that is dropped
/// @ serve --fault drop=1
/// > show posts 1 timeout: 1s
/// ! error[timeout]: ...
/// ```
///
/// With `@ retort OPTIONS`, each statement is a separate run of the program with these options. The run executes the
/// statements of the prologue and the statement itself as a script. A line `= N` is the exit status of the run. Status
/// 0 needs no line. With `@ retort check`, each run only checks the script.
///
/// With `@ serve OPTIONS`, the service is `retort serve blog` with these options. Such a block can run only on a
/// broker.
public struct Transcript: Sendable, Equatable {
  /// The statements before the first block, with which the session of every block begins.
  public var prologue: [Exchange]
  /// The blocks below the prologue.
  public var blocks: [Block]

  /// A heading and the statements below it, which run in a new session.
  public struct Block: Sendable, Equatable {
    /// The heading, and the lines that explain the block.
    public var heading: [String]
    /// The options after `@ retort`; nil if the statements run in one session.
    public var program: [String]?
    /// The options after `@ serve`; nil if the service is not `retort serve`.
    public var service: [String]?
    /// The statements and their output.
    public var exchanges: [Exchange]
  }

  /// A statement and its output.
  public struct Exchange: Sendable, Equatable {
    /// The line of the statement in the file, from 1.
    public var line: Int
    /// The text of the statement, without the marks `> ` and `. `.
    public var statement: String
    /// The output of the statement.
    public var reply: Reply
  }

  /// The output of a statement.
  public struct Reply: Sendable, Equatable {
    /// Standard output.
    public var output: String
    /// Standard error.
    public var errors: String
    /// The exit status, if the statement is a separate run of the program; otherwise 0.
    public var status: Int32

    /// Creates a reply.
    public init(output: String = "", errors: String = "", status: Int32 = 0) {
      self.output = output
      self.errors = errors
      self.status = status
    }
  }

  /// The error of a line at a wrong place in a transcript.
  public struct Misplaced: Error, Equatable {
    /// The number of the line, from 1.
    public var line: Int
    /// The reason, such as `a directive is retort or serve`.
    public var reason: String
  }

  /// Reads the text of a transcript file.
  ///
  /// - Throws: ``Misplaced`` for a line that belongs to no statement or block, and for an unknown directive.
  public init(parsing text: String) throws(Misplaced) {
    (prologue, blocks) = ([], [])
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty {
      try read(line, number: index + 1)
    }
  }

  private mutating func read(_ line: Substring, number: Int) throws(Misplaced) {
    switch line.first {
    case "#":
      heading(String(line.dropFirst(2)))
    case ">":
      let exchange = Exchange(line: number, statement: String(line.dropFirst(2)), reply: Reply())
      withExchanges { $0.append(exchange) }
    case "." where line == "." || line.hasPrefix(". "):
      try extend(number) { $0.statement += "\n" + line.dropFirst(2) }
    case "@" where line.hasPrefix("@ "):
      try direct(line.dropFirst(2).split(separator: " ").map(String.init), number)
    case "=" where line.hasPrefix("= "):
      guard let status = Int32(line.dropFirst(2)) else {
        throw Misplaced(line: number, reason: "= takes an exit status")
      }
      try extend(number) { $0.reply.status = status }
    case "!":
      try extend(number) { $0.reply.errors.append(shown: line.dropFirst(2)) }
    case "\\":
      try extend(number) { $0.reply.output.append(shown: line.dropFirst()) }
    default:
      try extend(number) { $0.reply.output.append(shown: line) }
    }
  }

  private mutating func heading(_ text: String) {
    if let last = blocks.indices.last, blocks[last].exchanges.isEmpty {
      blocks[last].heading.append(text)
    } else {
      blocks.append(Block(heading: [text], exchanges: []))
    }
  }

  /// Reads a directive, such as `@ retort check`, into the last block.
  private mutating func direct(_ words: [String], _ number: Int) throws(Misplaced) {
    guard let last = blocks.indices.last, blocks[last].exchanges.isEmpty else {
      throw Misplaced(line: number, reason: "a directive stands below a heading, before the first statement")
    }
    switch words.first {
    case "retort": blocks[last].program = Array(words.dropFirst())
    case "serve": blocks[last].service = Array(words.dropFirst())
    default: throw Misplaced(line: number, reason: "a directive is retort or serve")
    }
  }

  private mutating func extend(_ line: Int, _ change: (inout Exchange) -> Void) throws(Misplaced) {
    let isExtended = withExchanges { exchanges in
      guard let last = exchanges.indices.last else { return false }
      change(&exchanges[last])
      return true
    }
    guard isExtended else { throw Misplaced(line: line, reason: "no statement stands above") }
  }

  private mutating func withExchanges<Result>(_ body: (inout [Exchange]) -> Result) -> Result {
    guard let last = blocks.indices.last else { return body(&prologue) }
    return body(&blocks[last].exchanges)
  }
}

extension String {
  /// Appends a line of output from a transcript, with a newline unless the line ends with `␄`.
  fileprivate mutating func append(shown line: Substring) {
    if line.last == "␄" { self += line.dropLast() } else { self += line + "\n" }
  }
}
