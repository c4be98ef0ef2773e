import Formats
import Glibc
import JSONRPC
import JSONText
import Language
import LearnedSchema
import Synchronization
import Values

extension Completer {
  /// Returns candidates for texts, with the escapes that the texts need inside a string.
  static func texts(_ texts: [String]) -> [Candidate] {
    texts.map { Candidate(text: String(JSONValue.string($0).written.dropFirst().dropLast())) }
  }

  /// The candidates for the content of the string at the cursor.
  var textOffer: CandidatesAndSuffix {
    if case .element(let base) = context.wanted { return CandidatesAndSuffix(candidates: keys(of: base), suffix: "\"") }
    if !comparedTexts.isEmpty { return CandidatesAndSuffix(candidates: comparedTexts, suffix: "\"") }
    guard let target = context.target else { return CandidatesAndSuffix(candidates: [], suffix: nil) }
    let isStage = target.call.isStage
    switch (target.place, target.call.name) {
    case (.option("include"), _): return includes
    case (.option("sort"), _): return list(sorts)
    case (.option("fields"), _): return list(fieldNames)
    case (.option("queue"), "client"): return CandidatesAndSuffix(candidates: queues, suffix: "\"")
    case (.option("type"), "client"): return CandidatesAndSuffix(candidates: Self.texts(types), suffix: "\"")
    case (.argument(0), "connect"): return addresses
    case (.argument(0), "source"), (.argument(0), "save"): return files { $0.hasSuffix(".retort") }
    case (.argument(0), "read") where !isStage: return files(Self.isData)
    case (.argument(0), "write") where isStage: return files(Self.isData)
    case (.option("journal"), _), (.option("failed"), _), (.option("backup"), _): return files { _ in true }
    case (.argument(2), "related"), (.argument(2), "relationship"), (.argument(2), "link"), (.argument(2), "relink"),
      (.argument(2), "unlink"), (.argument(1), "link"), (.argument(1), "relink"), (.argument(1), "unlink"):
      if case .argument(2) = target.place, isStage { break }
      if case .argument(1) = target.place, !isStage { break }
      let names = client.map { client in client.schema.relationships.names.map(client.spelled) } ?? []
      return CandidatesAndSuffix(candidates: Self.texts(names), suffix: "\"")
    default: break
    }
    if context.wanted == .key {
      let names = keys.candidates.map { Candidate(text: String($0.text.dropLast()) + "\":", note: $0.note) }
      return CandidatesAndSuffix(candidates: names.filter { !$0.text.hasPrefix("\"") })
    }
    return CandidatesAndSuffix(candidates: Self.texts(partTexts) + words, suffix: "\"")
  }

  /// The words that the option at the cursor accepts.
  private var words: [Candidate] {
    guard let target = context.target, case .option(let name) = target.place, target.path.isEmpty else { return [] }
    let declared =
      target.call.name == "set"
      ? Vocabulary.settings
      : (target.call.isStage
        ? BuiltInStage.named(target.call.name)?.declaration : BuiltInCommand.named(target.call.name)?.declaration)?
        .options
    return declared?.first { $0.name == name }.map { Self.texts($0.words) } ?? []
  }

  // MARK: Names of a type

  /// Returns the candidates for the last name in a comma-separated list.
  ///
  /// The function leaves out names that are already in the list.
  private func list(_ candidates: [Candidate]) -> CandidatesAndSuffix {
    let before = context.word.lastIndex(of: ",").map { context.word.index(after: $0) } ?? context.word.startIndex
    let rest = context.word[before...]
    let sign = rest.prefix { $0 == " " || $0 == "-" }
    let given = context.word[..<before].split(separator: ",").map { $0.drop { $0 == " " || $0 == "-" } }
    return CandidatesAndSuffix(
      candidates: candidates.filter { candidate in !given.contains { $0 == candidate.text } }, suffix: "\"",
      kept: context.word[..<before].count + sign.count)
  }

  var sorts: [Candidate] {
    guard let client else { return [] }
    let refused = client.schema.names(in: .sort, accepted: false).map(client.spelled)
    let taken = client.schema.names(in: .sort).map(client.spelled)
    let known = client.schema.attributes.entries.map { name, attribute in
      Candidate(text: client.spelled(name), note: attribute.note)
    }
    let names = known.filter { !refused.contains($0.text) }
    return names + (taken + ["id"]).map { Candidate(text: $0) }
  }

  private var fieldNames: [Candidate] {
    guard let client, let target = context.target else { return [] }
    let type = target.path.first ?? client.type
    let shape = InferredShape.ResourceShape(queue: client.queue, type: type, keys: client.keys)
    return shape.fields.filter { !["id", "type"].contains($0.name) }.map { Candidate(text: $0.name, note: $0.note) }
  }

  /// The relationship paths for the option `include:`, such as `author.posts`.
  ///
  /// Each candidate continues the typed path by one relationship.
  var includes: CandidatesAndSuffix {
    guard let client else { return CandidatesAndSuffix(candidates: [], suffix: nil) }
    let start = context.word.lastIndex(of: ",").map { context.word.index(after: $0) } ?? context.word.startIndex
    let path = context.word[start...].drop { $0 == " " }
    let steps = path.split(separator: ".", omittingEmptySubsequences: false).dropLast()
    var shape = client
    for step in steps {
      guard case .resource(let next)? = shape.relationship(String(step)).map({ shape.related($0).element }) else {
        return CandidatesAndSuffix(candidates: [], suffix: nil)
      }
      shape = next
    }
    let way = steps.map { $0 + "." }.joined()
    let refused = Set(client.schema.names(in: .include, accepted: false).map(client.spelled))
    var candidates = shape.schema.relationships.entries.map { name, relationship in
      Candidate(text: way + shape.spelled(name), note: relationship.note)
    }
    candidates += client.schema.names(in: .include).map(client.spelled).filter { $0.hasPrefix(way) }.map {
      Candidate(text: $0)
    }
    let given = context.word[..<start].split(separator: ",").map { $0.drop { $0 == " " } }
    let fitting = candidates.filter { candidate in
      candidate.text.hasPrefix(path) && !refused.contains(candidate.text) && !given.contains { $0 == candidate.text }
    }
    // The path can continue with another step, so completion does not close the string.
    return CandidatesAndSuffix(candidates: fitting, suffix: nil, kept: context.word.count - path.count)
  }

  // MARK: Queues and addresses

  /// The candidates for a queue: the known queues of the open connections.
  private var queues: [Candidate] {
    session.state.withLock(\.connections).flatMap { connection in
      let known = connection.link.queues ?? (connection.queues.names + session.knownQueues(of: connection))
      return Self.texts(known).map { Candidate(text: $0.text, note: connection.label) }
    }
  }

  /// The candidates for the option `type:` of a `client` command: the types of earlier replies from the client's queue.
  ///
  /// The name of the queue is the value of the option `queue:` in the same command.
  private var types: [String] {
    guard let range = context.target?.call.options["queue"] else { return [] }
    let queue = inference.source.text(range).filter { $0 != "\"" }
    return inference.schema(queue).map { $0.types } ?? []
  }

  /// The candidates for the address of `connect`.
  ///
  /// These are the addresses of open connections, except broker addresses with a user name, and the beginnings of other
  /// addresses. After `embedded:`, the candidates are the name of the sample service and the names of database files.
  private var addresses: CandidatesAndSuffix {
    let embedded = "embedded:"
    if context.word.hasPrefix(embedded) {
      var offer = files(from: embedded.count) { name in
        [".sqlite", ".sqlite3", ".db"].contains { name.hasSuffix($0) }
      }
      offer.candidates = offer.candidates.map { Candidate(text: embedded + $0.text, note: $0.note) }
      offer.candidates.append(Candidate(text: embedded + "blog", note: "the sample, in memory"))
      offer.kept = 0
      return offer
    }
    let open = session.state.withLock { $0.connections.map(\.address) }
    let forms = [
      Candidate(text: "amqp://", note: "a broker: amqp://USER@HOST:5672/VHOST"),
      Candidate(text: "amqps://", note: "a broker over TLS"),
      Candidate(text: embedded, note: "the service inside the program: embedded:blog, embedded:FILE.sqlite"),
    ]
    let opened = open.filter { !$0.hasPrefix("amqp") || !$0.contains("@") }
    return CandidatesAndSuffix(
      candidates: Self.texts(opened).map { Candidate(text: $0.text, note: "open") } + forms, suffix: nil)
  }

  // MARK: Files

  private static func isData(_ name: String) -> Bool {
    [".csv", ".tsv", ".json", ".ndjson", ".jsonl", ".txt"].contains { name.hasSuffix($0) }
  }

  /// Returns the files and folders that can continue the path at the cursor.
  ///
  /// The path begins after the first `start` characters of the typed word. Each file must meet the condition.
  private func files(from start: Int = 0, _ condition: (String) -> Bool) -> CandidatesAndSuffix {
    let path = String(context.word.dropFirst(start))
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let entries = FolderEntries.all(in: folder.isEmpty ? "." : folder)
    let showsHidden = path.dropFirst(folder.count).hasPrefix(".")
    let fitting = entries.filter { ($0.isFolder || condition($0.name)) && ($0.name.hasPrefix(".") == showsHidden) }
    let candidates = fitting.map { Candidate(text: $0.isFolder ? $0.name + "/" : $0.name) }
    let typed = candidates.filter { $0.text.hasPrefix(path.dropFirst(folder.count)) }
    let isFolder = !typed.isEmpty && typed.allSatisfy { $0.text.hasSuffix("/") }
    let texts = zip(candidates, Self.texts(candidates.map { folder + $0.text })).map {
      Candidate(text: $1.text, note: $0.note)
    }
    return CandidatesAndSuffix(candidates: texts, suffix: isFolder ? nil : "\"")
  }
}

/// Reads the names of the files and folders in a folder.
enum FolderEntries {
  /// The maximum number of entries that the program reads from a folder.
  private static let limit = 5000

  /// Returns the entries of a folder; returns an empty list if the program can't read the folder.
  ///
  /// `isFolder` is true for an entry that is itself a folder, or a symbolic link to a folder.
  static func all(in path: String) -> [(name: String, isFolder: Bool)] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var entries: [(name: String, isFolder: Bool)] = []
    while entries.count < limit, let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard name != ".", name != ".." else { continue }
      let kind = Int(unsafe entry.pointee.d_type)
      var isFolder = kind == Int(DT_DIR)
      if kind == Int(DT_LNK) {
        var status = stat()
        isFolder = unsafe stat(path + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      }
      entries.append((name, isFolder))
    }
    return entries
  }
}
