import Client
import JSONRPC
import JSONText
import Language
import LearnedSchema
import Synchronization
import Values

extension BuiltInCommand {
  private static let place = CommandDeclaration.Parameter(name: "CLIENT", shape: .client)

  static let describe = BuiltInCommand(
    CommandDeclaration(
      name: "describe",
      summary: """
        Lists what retort has learned from earlier replies about the type of a client. Each field of the type has a \
        row. A name also has a row if the service accepted or refused it in one of the options filter:, sort: and \
        include:. The command `describe` sends no request.
        """,
      parameters: [place], result: "list of records",
      examples: [
        .init(
          code: "let post = show posts 12\ndescribe posts | take 2 | select .name .is",
          output: "{\"name\":\"text\",\"is\":\"attribute\"}\n{\"name\":\"state\",\"is\":\"attribute\"}")
      ])
  ) { arguments, frame throws(Fault) in
    let session = frame.run.session
    let resource = try session.resource(arguments)
    if resource.schema.isEmpty { session.noteUnknown(resource.type, arguments) }
    return .list(resource.description)
  }

  static let template = BuiltInCommand(
    CommandDeclaration(
      name: "template",
      summary: """
        Writes an example of a statement that creates a resource. The statement has each field that retort has seen in \
        earlier replies to the client, with an example value. At the prompt, the statement appears in the next input \
        line, where you can edit it.
        """,
      parameters: [place], result: "null", isPromptOnly: true)
  ) { arguments, frame throws(Fault) in
    let session = frame.run.session
    let resource = try session.resource(arguments)
    if resource.schema.isEmpty { session.noteUnknown(resource.type, arguments) }
    let text = "create \(arguments.source.text(arguments.range(0))) \(resource.template)"
    if let edit = session.host.edit { edit(text) } else { try frame.run.output.put(line: text) }
    return .null
  }

  static let forget = BuiltInCommand(
    CommandDeclaration(
      name: "forget",
      summary: """
        Forgets the fields that retort has learned for a client's queue, in memory and on the disk. Without CLIENT, \
        forgets the fields of all queues.
        """,
      parameters: [.init(name: "CLIENT", shape: .client, isOptional: true)], result: "null", isPromptOnly: true)
  ) { arguments, frame throws(Fault) in
    let session = frame.run.session
    let schema = arguments.positional.isEmpty ? nil : try session.resource(arguments).queue
    if let problem = session.host.schemas.forget(schema) {
      throw Fault(.file, "can't remove the stored fields: \(problem)")
    }
    return .null
  }

  static let queues = BuiltInCommand(
    CommandDeclaration(
      name: "queues",
      summary: """
        On a broker, lists the queues that your clients have used. On an embedded service, lists all queues. The \
        column types lists the types that retort knows from this queue, also those of related resources. If no client \
        has used the queue, this column can be empty. The column consumers is the number of consumers of the queue. \
        The column depth is the number of requests that wait in the queue.
        """,
      result: "list of records",
      examples: [
        .init(code: "queues | map .queue", output: "\"authors\"\n\"comments\"\n\"posts\"\n\"tags\"")
      ])
  ) { _, frame throws(Fault) in
    let session = frame.run.session
    let connections = session.state.withLock(\.connections)
    guard !connections.isEmpty else {
      throw Fault(.connection, "queues: no connection is open", nextStep: #"connect "embedded:blog" first"#)
    }
    var rows: [Value] = []
    for connection in connections { rows += await session.queues(of: connection) }
    return .list(rows)
  }
}

extension Session {
  /// Returns the learned schema for the type of the client in the first argument.
  fileprivate func resource(_ arguments: Arguments) throws(Fault) -> InferredShape.ResourceShape {
    let client = try arguments.client()
    let settings = client.client.settings
    return InferredShape.ResourceShape(queue: schema(of: client), type: settings.type, keys: settings.keys)
  }

  fileprivate func noteUnknown(_ type: String, _ arguments: Arguments) {
    let name = arguments.source.text(arguments.range(0))
    note("the fields of \(type) are not known yet; to learn them from a reply: index \(name) page: {size: 5}")
  }

  /// Returns one row for each known queue of a connection, for the command `queues`.
  fileprivate func queues(of connection: ConnectionValue) async -> [Value] {
    let names = connection.link.queues ?? Array(Set(connection.queues.names + knownQueues(of: connection))).sorted()
    if connection.link.queues == nil {
      note(
        "a broker can't list its queues; these are the queues of your clients on \(connection.label)"
      )
    }
    let deadline = ContinuousClock.now + .seconds(5)
    var rows: [Value] = []
    for name in names {
      let schema = host.schemas.schema(of: name, at: schemaPlace(of: connection))
      schema.load()
      let state: QueueState?
      do throws(LinkError) { state = try await connection.link.probe(queue: name, until: deadline) } catch {
        state = nil
      }
      rows.append(
        .record(
          Record([
            ("queue", .string(name)), ("types", .string(schema.types.joined(separator: ", "))),
            ("consumers", state.map { .number(JSONNumber($0.consumers)) } ?? .null),
            ("depth", state.map { .number(JSONNumber($0.messages)) } ?? .null),
            ("connection", .string(connection.label)),
          ])))
    }
    return rows
  }
}

extension InferredShape.ResourceShape {
  /// The rows that `describe` returns.
  ///
  /// There is one row for each known field. There is also one row for each name that the service accepted or refused in
  /// a parameter such as `filter:`.
  fileprivate var description: [Value] {
    let schema = schema
    var rows: [Value] = []
    for (name, attribute) in schema.attributes.entries {
      rows.append(row(name, "attribute", attribute.kindsNote, attribute.values.map { Value($0) }, attribute.seen))
    }
    for (name, relationship) in schema.relationships.entries {
      rows.append(row(name, "relationship", relationship.note, [], relationship.seen))
    }
    for parameter in TypeSchema.QueryParameter.allCases {
      for (name, verdict) in schema.verdicts[parameter]?.entries ?? [] {
        rows.append(row(name, parameter.rawValue, verdict.isAccepted ? "accepted" : "refused", [], verdict.seen))
      }
    }
    return rows
  }

  private func row(_ name: String, _ what: String, _ type: String, _ values: [Value], _ seen: Int) -> Value {
    let time = seen > 0 ? (try? Instant(sinceEpoch: .seconds(seen))) : nil
    return .record(
      Record([
        ("name", .string(spelled(name))), ("is", .string(what)), ("type", .string(type)),
        ("examples", .list(Array(values.prefix(4)))), ("seen", time.map { .time($0) } ?? .null),
      ]))
  }

  /// The source text of a record with an example value for every known field.
  ///
  /// The record omits a relationship if no reply has shown whether the relationship is to-one or to-many.
  fileprivate var template: String {
    let schema = schema
    let attributes = schema.attributes.entries.map { name, attribute in
      "\(key(name)): \(attribute.example)"
    }
    let relationships = schema.relationships.entries.filter { $0.value.isToMany != nil }.map { name, relationship in
      "\(key(name)): \(linkage(relationship))"
    }
    return "{" + (attributes + relationships).joined(separator: ", ") + "}"
  }

  private func key(_ name: String) -> String {
    let name = spelled(name)
    return name.isName ? name : JSONValue.string(name).written
  }

  private func linkage(_ relationship: TypeSchema.Relationship) -> String {
    guard let type = relationship.types.first else { return relationship.isToMany == true ? "[]" : "null" }
    let id = queue[type]?.ids.first ?? "1"
    let one = "{type: \(JSONValue.string(type).written), id: \(JSONValue.string(id).written)}"
    return relationship.isToMany == true ? "[\(one)]" : one
  }
}

extension TypeSchema.Attribute {
  /// The types of the attribute's values as text: `string or null`.
  fileprivate var kindsNote: String {
    (kinds.map(\.rawValue).sorted() + (isNullable ? ["null"] : [])).joined(separator: " or ")
  }

  /// The source text of an example value for this attribute.
  fileprivate var example: String {
    if let value = values.first { return value.written }
    switch kinds.min(by: { $0.rawValue < $1.rawValue }) {
    case .boolean: return "false"
    case .number: return "0"
    case .list: return "[]"
    case .record: return "{}"
    case .time: return "\"2026-01-01T00:00:00Z\""
    case .string: return "\"\""
    case nil: return "null"
    }
  }
}
