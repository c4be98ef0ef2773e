import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Values

extension CommandDeclaration.Option {
  static let filter = Self(
    name: "filter", shape: .record,
    summary: "the values that a resource must have, such as {state: \"draft\", author: 7}"
  ).ruled(.filter)
  static let sort = Self(
    name: "sort", shape: .strings,
    summary: "the fields by which the service sorts, such as \"-views,id\". A minus sign means descending order"
  ).ruled(
    .sort)
  static let include = Self(
    name: "include", shape: .strings,
    summary: "the relationships whose resources the service adds to the reply, such as \"author\""
  )
  .ruled(.names("include"))
  static let fields = Self(
    name: "fields", shape: .any,
    summary: """
      the fields that the reply contains, such as "text,state". The record {posts: "text"} limits only the fields of the type \
      posts
      """
  ).ruled(.fields)
  static let page = Self(
    name: "page", shape: .record, fallback: "the service chooses",
    summary: "the page to read, such as {number: 1, size: 100} or {offset: 0, limit: 100}"
  ).ruled(.page)
  static let meta = Self(
    name: "meta", shape: .record,
    summary: """
      members that the statement adds to the meta of each request, also of lookups and backups, such as {host: "me"}
      """)
  static let keys = Self(
    name: "keys", shape: .string, fallback: "the client's setting",
    summary: """
      "wire" leaves the names of fields unchanged. With "underscore", statements and results have inserted_at in place \
      of inserted-at
      """,
    words: ["wire", "underscore"])
  static let timeout = Self(
    name: "timeout", shape: .any, fallback: "the client's setting",
    summary: "how long retort waits for a reply, such as 10s, or \"never\"",
    words: ["never"]
  ).ruled(.timeout)
  static let expire = Self(
    name: "expire", shape: .boolean, fallback: "true",
    summary: "with true, the broker drops a request that is still in the queue when the timeout expires")
  static let confirm = Self(
    name: "confirm", shape: .boolean, fallback: "false",
    summary: "with true, retort does not ask before it destroys resources")
  static let inFlight = Self(
    name: "in-flight", shape: .number, fallback: "16", summary: "the maximum number of concurrent requests"
  ).ruled(.integer("in-flight", from: 1, to: SendingPolicy.largestWindow))
  static let onError = Self(
    name: "on-error", shape: .string, fallback: "\"stop\"",
    summary: "\"stop\" ends the statement after the first failure. \"continue\" also processes the other elements",
    words: ["stop", "continue"]
  ).needing(.withoutHalt)
  static let max = Self(
    name: "max", shape: .number,
    summary: "the maximum number of elements. If there are more elements, the statement sends no change"
  )
  .ruled(.integer("max", from: 0))
  static let dryRun = Self(
    name: "dry-run", shape: .boolean, fallback: "false",
    summary: "with true, retort shows the change and does not send it")
  /// The option `dry-run:` of a statement that can send many changes.
  private static let bulkDryRun = dryRun.described(
    as: "with true, retort shows the first five changes, and sends no change")
  static let failed = Self(
    name: "failed", shape: .string,
    summary: "a file for the elements whose changes failed, were refused or got no reply")
  static let halt = Self(
    name: "halt", shape: .any,
    summary: """
      the number or percentage of failures at which the statement stops: 10, or "3%". With fewer failures, the \
      statement continues
      """
  ).ruled(.halt)
  static let rate = Self(
    name: "rate", shape: .number, summary: "the maximum number of changes per second, an integer"
  ).ruled(.integer("rate", from: 1))
  static let journal = Self(
    name: "journal", shape: .string,
    summary: """
      a file in which retort records each change. To continue after an interruption, run the same statement with the \
      same file. The statement skips the changes that are done
      """)
  static let settle = Self(
    name: "settle", shape: .duration,
    summary: """
      how long the statement waits before it repeats a change that got no reply. Use the longest time that a request \
      can wait inside the service
      """
  ).ruled(.duration("settle"))
  static let unknown = Self(
    name: "unknown", shape: .string, fallback: "\"fail\"",
    summary: """
      what to do if the outcome of a change in an earlier run remains unknown: "fail", "retry" or "skip"
      """,
    words: ["fail", "retry", "skip"]
  ).needing(.journal(for: "unknown"))
  static let backup = Self(
    name: "backup", shape: .string,
    summary: "a file in which retort stores each resource before the resource is changed")
  /// The option `backup:` of a statement that destroys resources.
  static let destroyBackup = backup.described(
    as: "a file in which retort stores each resource before the resource is destroyed")
  static let kept = Self(
    name: "include", shape: .strings,
    summary: "the relationships that the backup also contains, such as \"tags\""
  ).ruled(.names("include")).needing(.backup)
  static let verify = Self(
    name: "verify", shape: .any, fallback: "true",
    summary: """
      with true, retort checks at the end whether the changes that got no reply were carried out. With false, there is \
      no such check. For this statement, "all" has the same effect as true
      """,
    words: ["all"]
  ).ruled(.verify)
  /// The option `verify:` of a statement that can create resources.
  static let verifyCreated = verify.described(
    as: """
      with true, retort checks at the end whether the changes that got no reply were carried out. With "all", retort \
      also looks up each created resource by its key. With false, there is no such check
      """)
  static let retry = Self(
    name: "retry", shape: .number, fallback: "0",
    summary: """
      how many times retort can send a request again after a temporary failure. A change is sent again only if a \
      repetition is harmless
      """
  ).ruled(.integer("retry", from: 0))
  static let retryRead = Self(
    name: "retry", shape: .number, fallback: "0",
    summary: "how many times retort can send the request again after a temporary failure or a malformed reply"
  ).ruled(.integer("retry", from: 0))
  static let throttle = Self(
    name: "throttle", shape: .record,
    summary: """
      limits for the load of the service, such as {depth: 50, p95: 200ms}. With these limits, the statement pauses while the \
      queue has more than 50 messages, or while more than 5 % of the replies take longer than 200 ms
      """
  ).ruled(.throttle)
  static let patience = Self(
    name: "patience", shape: .duration, fallback: "10m",
    summary: """
      the maximum length of a pause that the option throttle: causes. After a longer pause, the statement ends with an \
      error. The option needs throttle:
      """
  ).ruled(.duration("patience")).needing(.throttle)
  static let workers = Self(
    name: "workers", shape: .string,
    summary: "the name of a pool of workers. A worker is a program that sends changes in place of this program"
  ).ruled(.poolName)
  /// The options that all bulk statements have.
  static let bulk: [Self] = [
    .inFlight, .onError, .halt, .rate, .throttle, .patience, .retry, .verify, .failed, .bulkDryRun,
  ]
  static let keepID = Self(
    name: "keep-id", shape: .boolean, fallback: "false",
    summary: """
      with true, retort also sends the id that the record or the resource contains. The new resource then gets this id
      """)
  static let key = Self(
    name: "key", shape: .any,
    summary: "the field that identifies an element, such as .email. A second element with the same value is an error")
}

extension Arguments {
  /// Returns a client for a statement's reads.
  ///
  /// The client sends a failed read again as often as the option `retry:` allows.
  func reader(_ client: ClientValue) throws(Fault) -> ResourceClient {
    var reader = client.client
    if let count = try integer(.retry) { reader.retries = count }
    return reader
  }

  /// Returns a client for a statement's lookups and for its reads for `backup:`.
  ///
  /// The requests of the client have the `meta` of the statement's changes.
  /// Like the client of ``reader(_:)``, this client sends a failed read again. Its timeout is the timeout of the
  /// statement's changes, but at least the timeout of the original client.
  func lookupReader(_ client: ClientValue) throws(Fault) -> ResourceClient {
    var reader = client.reader(timeout: try timeout()?.duration)
    if let count = try integer(.retry) { reader.retries = count }
    return try withMeta(reader)
  }

  /// Returns a client whose requests have the `meta` of the statement's changes.
  func withMeta(_ client: ResourceClient) throws(Fault) -> ResourceClient {
    var (client, own) = (client, try meta())
    guard !own.isEmpty else { return client }
    for (key, value) in client.settings.meta where !own.contains(key) { own[key] = value }
    client.settings.meta = own
    return client
  }

  /// Returns the members of the changes' `meta` that can select the data of the service, such as a tenant.
  func selectingMeta(_ client: ClientValue) throws(Fault) -> JSONObject {
    try withMeta(client.client).withWireNames.settings.meta.selectingData(ownHost: OwnHostName.name)
  }

  /// Returns the query that the options of a call describe, such as `filter:` and `page:`.
  func query() throws(Fault) -> Query {
    var query = Query()
    if let filter = try value(of: .filter, QueryOptionReader.filter) { query.filter = filter }
    query.sort = try list(.sort)
    query.include = try list(.include)
    for field in try value(of: .fields, QueryOptionReader.fields) ?? [] {
      let type = if let type = field.type { type } else { try client().client.type }
      query.fields.append((type, field.names))
    }
    if let page = try value(of: .page, QueryOptionReader.page) { query.page = page }
    query.meta = try meta()
    return query
  }

  /// Returns the JSON-RPC parameters `include` and `meta` of a request whose reply contains a document.
  func documentOptions() throws(Fault) -> JSONObject {
    if let common { return common.params }
    guard options.contains("include") || options.contains("meta") else { return [:] }
    var query = Query()
    query.include = try list(.include)
    query.meta = try meta()
    return query.params
  }

  /// Returns the JSON-RPC parameters of a change whose reply contains no document.
  ///
  /// The result does not contain `include`. In these changes, the option `include:` applies only to the backup.
  func optionsWithoutDocument() throws(Fault) -> JSONObject {
    if let common { return common.paramsWithoutDocument }
    var options = try documentOptions()
    if options.contains("include") { options["include"] = nil }
    return options
  }

  private func meta() throws(Fault) -> JSONObject {
    guard let record = try record("meta") else { return [:] }
    return try Value.record(record).json().objectValue ?? [:]
  }

  /// Returns the strings of an option such as `sort:`; empty if the option is missing.
  func list(_ option: CommandDeclaration.Option) throws(Fault) -> [String] {
    guard try valid(option) != nil else { return [] }
    return try strings(option.name) ?? []
  }

  /// Returns the id that the argument at the given index contains (TheLanguage.md, "IDs").
  func id(_ index: Int, of client: ClientValue) throws(Fault) -> String {
    try Self.id(of: value(index), client.client.type, at: range(index), in: source)
  }

  /// Returns the id that a value contains, as text: `12` for the number 12 or the resource with the id 12.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - type: The JSON:API type of the client's resources.
  ///   - range: The source range of the value, for errors.
  ///   - source: The text that contains the range.
  /// - Returns: The text of the id.
  /// - Throws: A `value` error if the value has no id, if its type is not `type`, or if its id is empty or contains a
  ///   comma.
  static func id(of value: Value, _ type: String, at range: SourceRange, in source: SourceText) throws(Fault) -> String
  {
    do throws(IDRefusal) {
      let text = try idText(of: value, type)
      if text.isEmpty { throw IDRefusal("the id is empty") }
      guard text.contains(ascii: UInt8(ascii: ",")) else { return text }
      let ids = text.parts(between: ",").map { "\"\($0)\"" }.joined(separator: ", ")
      throw IDRefusal(
        "the id \"\(text)\" contains a comma, which a server can read as several ids",
        nextStep: "send one id at a time: for id in [\(ids)] do ... end")
    } catch {
      throw Fault(.value, error.message, at: [MarkedSourceRange(range)], in: source, nextStep: error.nextStep)
    }
  }

  /// Returns the id that a value contains, as text.
  ///
  /// The value must be a string, an integer, a resource, or a record with an id.
  private static func idText(of value: Value, _ type: String) throws(IDRefusal) -> String {
    switch value {
    case .string(let string): return string
    case .number(let number) where number.integer != nil || number.text.allSatisfy(\.isNumber): return number.text
    case .number:
      throw IDRefusal(
        "an id must be an integer or a string, not \(value.label)",
        nextStep: "if this text is the id, put it in quotes: \"\(value.label)\"")
    case .resource(let resource):
      guard resource.type == type else {
        throw IDRefusal(
          "\(resource.label) has the type \(resource.type), but the client's type is \(type)", nextStep: nil)
      }
      guard let id = resource.id else { throw IDRefusal("an id must be an integer or a string, not \(value.label)") }
      return id
    case .record(let record):
      if case .string(let other)? = record["type"], other != type {
        throw IDRefusal("the record's type is \(other), but the client's type is \(type)", nextStep: nil)
      }
      guard let id = record["id"] else {
        throw IDRefusal(
          "the record has no id", nextStep: ValueAccess.listing(record.names))
      }
      return try idText(of: id, type)
    case .null:
      throw IDRefusal(
        "an id must be a string, an integer or a resource, not null",
        nextStep: "give an id: \"12\"; in a pipeline, remove nulls first: | where it != null")
    case .list, .page, .range, .stream:
      throw IDRefusal(
        "an id must be a string, an integer or a resource, not \(value.typeWithArticle)",
        nextStep: "for each element, use the command as a stage: LIST | ...")
    default: throw IDRefusal("an id must be a string, an integer or a resource, not \(value.typeWithArticle)")
    }
  }

  /// The reason why a value can't be an id, and the advice for the user.
  private struct IDRefusal: Error {
    let message: String
    let nextStep: String?

    init(_ message: String, nextStep: String? = "give an id: \"12\"") {
      (self.message, self.nextStep) = (message, nextStep)
    }
  }
}
