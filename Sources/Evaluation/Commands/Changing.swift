import Language
import Values

extension Declaration {
  private static let client = Parameter(name: "CLIENT", shape: .client)
  private static let id = Parameter(name: "ID", shape: .id)
  private static let record = Parameter(name: "RECORD", shape: .any)

  static let create = Declaration(
    name: "create", summary: "Creates a resource of a record.", parameters: [client, record],
    options: [.include, .keepID, .keys, .meta, .timeout, .expire], effect: .changes, result: "resource",
    examples: [.init(code: #"(create posts {text: "Hello"}).state"#, output: "\"draft\"")])

  static let update = Declaration(
    name: "update", summary: "Changes a resource's fields to a record's.", parameters: [client, id, record],
    options: [.include, .keys, .meta, .timeout, .expire], effect: .changes, result: "resource",
    examples: [.init(code: #"(update posts 4 {text: "Hello again"}).text"#, output: "\"Hello again\"")])

  static let destroy = Declaration(
    name: "destroy", summary: "Destroys a resource.", parameters: [client, id],
    options: [.confirm, .meta, .timeout, .expire], effect: .destroys, result: "null",
    examples: [.init(code: "destroy posts 4\ncount posts", output: "999")])
}

extension Command {
  static let create = Command(.create) { arguments, frame throws(Fault) in
    try await one(Mutation.create(arguments), frame)
  }

  static let update = Command(.update) { arguments, frame throws(Fault) in
    try await one(Mutation.update(arguments), frame)
  }

  static let destroy = Command(.destroy) { arguments, frame throws(Fault) in
    let mutation = try Mutation.destroy(arguments)
    if !arguments.isSingle {
      try await frame.run.session.confirm(
        Bulk(verb: "destroy", client: mutation.client, count: nil, filter: nil, max: nil), arguments)
    }
    try frame.run.session.useConfirmed()
    return try await one(mutation, frame)
  }

  private static func one(_ mutation: Mutation, _ frame: Frame) async throws(Fault) -> Value {
    try await mutation.send(frame.run.session).value()
  }
}
