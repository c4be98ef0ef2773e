import Bulk
import Client
import JSONAPI
import JSONRPC
import JSONText
import Language
import Values

extension CommandDeclaration.Option {
  static let upsertKey = Self(
    name: "key", shape: .field, summary: "the field whose value identifies the resource, such as .email",
    isRequired: true)
}

extension BuiltInCommand {
  static let upsert = BuiltInCommand(
    CommandDeclaration(
      name: "upsert",
      summary: """
        Updates the resource that has the same key as RECORD. If there is no such resource, creates one. With key: \
        .email, the key is the field email. If the resource already has all values of RECORD, the command sends no \
        change. Concurrent iterations of `each` upsert a key one after another.
        """,
      parameters: [.init(name: "CLIENT", shape: .client), .init(name: "RECORD", shape: .any)],
      options: [.upsertKey, .include, .keys, .meta, .timeout, .expire, .dryRun], effect: .changes, result: "resource",
      examples: [
        .init(code: #"(upsert posts {text: "Post 12", state: "spam"} key: .text).id"#, output: "\"12\"")
      ]),
    .changes { arguments, _ throws(Fault) in try UpsertChangeSequence(arguments) })
}

extension BuiltInStage {
  private static let upsertOptions = lookupOptions.map { option in
    option.name == "verify" ? CommandDeclaration.Option.verifyCreated : option
  }

  static let upsert = sink(
    CommandDeclaration(
      name: "upsert",
      summary: """
        For each element, updates the resource that has the same key. If there is no such resource, creates one. With \
        key: .email, the key is the field email. If the resource already has all values of the element, the stage \
        sends no change for it.
        """,
      parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.upsertKey, .include, .keys, .meta, .timeout, .expire, .max, .backup] + upsertOptions,
      effect: .changes, result: "summary", names: .kept, givesSummary: true)
  ) { call in
    let key = call.option("key")?.path ?? ""
    return .lookingUp { arguments, _ async throws(Fault) in try await RecordUpsert(arguments, key).lookedUp() }
  } plan: { plan, _ in
    plan.countsUpserts = true
  }
}

/// An upsert as a sequence of at most one change.
///
/// The sequence has no change if the resource already has the values of the record.
private struct UpsertChangeSequence: DependentChangeSequence {
  /// The upsert; nil after its lookup.
  private var upsert: RecordUpsert?
  private(set) var value = Value.null
  let keyField: String?
  let exclusiveKey: String

  /// Whether the sequence has no further change: always true, because an upsert is at most one change.
  var isAtEnd: Bool { true }

  init(_ arguments: Arguments) throws(Fault) {
    let key = arguments["key"]?.expression?.path ?? ""
    let upsert = try RecordUpsert(arguments, key)
    exclusiveKey = try upsert.exclusiveKey()
    keyField = try arguments.client().client.wireName(key)
    self.upsert = upsert
  }

  mutating func next(after before: Value?) async throws(Fault) -> PreparedChange? {
    value = before ?? value
    guard let looked = try await upsert.take()?.lookedUp() else { return nil }
    value = looked.found ?? .null
    return looked.found == nil ? looked.prepared : nil
  }

  func trail(of prepared: PreparedChange) -> String? { nil }
}

/// An upsert of one record: a create, or an update of the resource that has the same value in the key field.
private struct RecordUpsert {
  private let arguments: Arguments
  private let client: ClientValue
  private let record: JSONObject
  private let options: JSONObject
  private let key: String

  init(_ arguments: Arguments, _ key: String) throws(Fault) {
    self.arguments = arguments
    self.key = key
    client = try arguments.client()
    record = try PreparedChange.object(arguments, 1)
    options = try arguments.documentOptions()
  }

  /// A text that is the same for all upserts of the same resource.
  func exclusiveKey() throws(Fault) -> String {
    let value = try value(of: try creating().content)
    return "upsert \(client.connection.link.brokerIdentity) \(client.queue) \(key) \(value.text)"
  }

  /// Looks up the resource, and returns the change that the record needs (TheLanguage.md, "Commands").
  ///
  /// - Throws: An error if the record lacks the key, or if several resources have the same key. Also an error if the
  ///   service ignores the filter by the key field, and returns a resource with another key.
  func lookedUp() async throws(Fault) -> ChangeNeededAfterLookup {
    let (creating, content) = try creating()
    let value = try value(of: content)
    // No resource of the service has the id of a resource that only a dry run has created.
    if value.filterText?.isUnsentID == true {
      return ChangeNeededAfterLookup(prepared: creating.keyed(value.filterText))
    }
    let document = try await found(value)
    for resource in document.resources where resource["attributes"]?[key]?.equals(value) != true {
      throw notFiltered(by: value, resource)
    }
    guard document.count < 2 else {
      let total = document.pagination()?.totalSize.map { "\($0)" } ?? "at least \(document.count)"
      throw fault(
        "\(total) \(client.name) have the \(key) \(value.text)",
        nextStep: "to list them: stream \(clientText) filter: {\(key): \(value.text)}")
    }
    if let pagination = document.pagination() { try checkComplete(pagination, document.count, value) }
    guard let resource = document.first else {
      return ChangeNeededAfterLookup(prepared: creating.keyed(value.filterText))
    }
    guard let id = resource["id"]?.idText else { throw fault("the service sent a resource without an id") }
    if !resource.hasText(client.client.type, at: "type"), let type = resource["type"]?.stringValue {
      throw fault(
        "the service sent \(type)/\(id), but the client's type is \(client.client.type)",
        nextStep: "client queue: \(JSONValue.string(client.queue).text) type: \(JSONValue.string(type).text)")
    }
    let updating = try PreparedChange(.update, arguments, client, record: 1) { () throws(ClientError) in
      try client.client.updateRequest(id, record, options: options)
    }
    guard content.isHeld(by: resource) else { return ChangeNeededAfterLookup(prepared: updating) }
    let include = try arguments.query().include
    return ChangeNeededAfterLookup(prepared: updating, found: client.resources(document, asked: include).first)
  }

  /// Throws an error if the service has more resources with the key than it sent.
  ///
  /// The record then could be created a second time, or the update could change one of several resources.
  private func checkComplete(_ pagination: Pagination, _ count: Int, _ value: JSONValue) throws(Fault) {
    let total = pagination.totalSize
    guard total.map({ $0 > count }) ?? pagination.hasNext else { return }
    let counts = total.map { "counts \($0) \(client.name)" } ?? "has a further page of \(client.name)"
    throw fault(
      "the service \(counts) with the \(key) \(value.text), but sent \(count)",
      nextStep: "to list them: stream \(clientText) filter: {\(key): \(value.text)}")
  }

  /// Returns the change that creates the resource, and the resource's content.
  ///
  /// The content is the resource object of the request, with the attributes and the relationships.
  private func creating() throws(Fault) -> (PreparedChange, content: JSONObject) {
    if record["attributes"] == nil, record["relationships"] == nil, record["id"]?.isNull == false {
      throw fault(
        "the record has an id, but upsert finds the resource by \(key)",
        nextStep: "remove the id; in a pipeline: | without .id")
    }
    var content = JSONObject()
    let prepared = try PreparedChange(.create, arguments, client, record: 1) { () throws(ClientError) in
      let request = try client.client.createRequest(record, options: options)
      content = request.params["data"]?.objectValue ?? content
      return request
    }
    return (prepared, content)
  }

  /// Returns the value of the key field in the record.
  ///
  /// - Throws: An error if the value is missing, or if a filter can't contain the value.
  private func value(of content: JSONObject) throws(Fault) -> JSONValue {
    guard let value = content["attributes"]?[key] else { throw lacksKey(content) }
    guard !value.isNull else {
      throw fault(
        "the record's \(key) is null, but upsert finds the resource by this field",
        nextStep: isStage ? "remove such records: | where .\(key) != null" : "give the field a value: {\(key): ...}")
    }
    let text = value.filterText
    guard let text, !text.isEmpty else {
      throw fault("\(key) is \(value.text), but a filter takes only a number, a boolean or a string that is not empty")
    }
    if text.holds(",") {
      throw fault(
        "the \(key) \(value.text) contains a comma, and a server would read two values",
        nextStep: "use another field in the option key:, or send the record with create or update")
    }
    return value
  }

  /// Whether the record is an element of a pipeline, and not an argument of the command `upsert`.
  private var isStage: Bool { arguments.element != nil }

  /// Returns the error for a record without the field that `key:` names.
  private func lacksKey(_ content: JSONObject) -> Fault {
    let names = content["attributes"]?.objectValue?.keys ?? []
    let near = nearest(to: key, among: names).map { "did you mean key: .\($0)?" }
    let has = names.isEmpty ? "the record has no attributes" : ValueAccess.listing(names)
    let way = isStage ? "; to leave such records out: | where ?.\(key) != null" : ""
    return fault("the record has no field \(key), although key: names this field", nextStep: near ?? has + way)
  }

  /// Reads the resources that match a filter by the key field.
  private func found(_ value: JSONValue) async throws(Fault) -> Document {
    var query = try arguments.query()
    query.filter = [(key, value.filterText ?? "")]
    let (reader, waitLimit) = (try arguments.reader(client), try arguments.waitLimit(client))
    let document = try await client.reading(arguments) { () throws(ClientError) in
      try await reader.index(query, waitLimit: waitLimit)
    }
    guard document.object.contains("data") else { throw fault("the service sent a list without data") }
    // The record has the client's spelling of the names.
    return (try? Document(reader.renamed(.object(document.object)))) ?? document
  }

  private func notFiltered(by value: JSONValue, _ resource: JSONObject) -> Fault {
    let other = resource["attributes"]?[key]?.text ?? "none"
    return fault(
      "the service does not filter by \(key): the request asks for \(value.text), but the reply has \(client.name) "
        + "\(resource["id"]?.idText ?? "") with \(other)",
      nextStep:
        "first read the existing resources into a record, and look them up there: let known = stream \(clientText) | index-by .\(key)"
    )
  }

  /// The source text of the client argument, such as `posts`.
  private var clientText: String { arguments.source.text(arguments.range(0)) }

  private func fault(_ message: String, nextStep: String? = nil) -> Fault {
    Fault(
      .value, "\(client.name) upsert: \(message)", at: [MarkedSourceRange(arguments.range(1))], in: arguments.source,
      nextStep: nextStep)
  }
}

extension JSONValue {
  /// The text of the value in a filter; nil for null, lists and objects.
  fileprivate var filterText: String? {
    switch self {
    case .string(let text): text
    case .number(let number): number.text
    case .bool(let value): value ? "true" : "false"
    case .null, .array, .object: nil
    }
  }

  /// Returns whether the operator `==` of the language finds both values equal.
  ///
  /// Numbers are equal if they have the same value: `1` and `1.0`. Records are equal in any order of their fields.
  /// Values of different types are not equal.
  func equals(_ other: JSONValue) -> Bool {
    switch (self, other) {
    case (.number(let a), .number(let b)): a == b || (try? Arithmetic.compare(a, b)) == 0
    case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.equals($1) }
    case (.object(let a), .object(let b)): a.count == b.count && a.allSatisfy { b[$0.key]?.equals($0.value) ?? false }
    default: self == other
    }
  }
}

extension JSONObject {
  /// Returns whether a resource already has the attributes and the linkage of this object.
  ///
  /// Returns false if the resource contains no linkage for one of the relationships.
  fileprivate func isHeld(by resource: JSONObject) -> Bool {
    let attributes = self["attributes"]?.objectValue ?? [:]
    let relationships = self["relationships"]?.objectValue ?? [:]
    return attributes.allSatisfy { resource["attributes"]?[$0.key]?.equals($0.value) ?? false }
      && relationships.allSatisfy { name, relationship in
        guard let theirs = resource["relationships"]?[name]?["data"], let own = relationship["data"] else {
          return false
        }
        return UnorderedLinkage(own) == UnorderedLinkage(theirs)
      }
  }
}

/// The linkage of a relationship, in a form that ignores the order of the identifiers.
private struct UnorderedLinkage: Equatable {
  private let isMany: Bool
  private let identifiers: Set<ResourceIdentifier>

  init(_ data: JSONValue) {
    isMany = data.arrayValue != nil
    let objects = data.arrayValue?.compactMap(\.objectValue) ?? [data.objectValue].compactMap(\.self)
    identifiers = Set(objects.compactMap { ResourceIdentifier($0) })
  }
}
