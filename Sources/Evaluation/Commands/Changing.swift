import Values
import Values

extension CommandDeclaration {
  private static let client = Parameter(name: "CLIENT", shape: .client)
  private static let id = Parameter(name: "ID", shape: .id)
  private static let record = Parameter(name: "RECORD", shape: .any)

  static let create = CommandDeclaration(
    name: "create", summary: "Creates a resource from a record.", parameters: [client, record],
    options: [.include, .keepID, .keys, .meta, .timeout, .expire, .dryRun], effect: .changes, result: "resource",
    examples: [.init(code: #"(create posts {text: "Hello"}).state"#, output: "\"draft\"")])

  static let update = CommandDeclaration(
    name: "update",
    summary: """
      Updates a resource. The fields in RECORD get new values, and the other fields stay unchanged.
      """, parameters: [client, id, record],
    options: [.include, .keys, .meta, .timeout, .expire, .dryRun], effect: .changes, result: "resource",
    examples: [.init(code: #"(update posts 4 {text: "Hello again"}).text"#, output: "\"Hello again\"")])

  static let destroy = CommandDeclaration(
    name: "destroy", summary: "Destroys a resource.", parameters: [client, id],
    options: [
      .confirm.described(
        as: """
          with true, retort does not ask for a confirmation, even in a loop or in the block of a stage
          """),
      .meta, .timeout, .expire, .dryRun,
    ], effect: .destroys, result: "null",
    examples: [.init(code: "destroy posts 4\ncount posts", output: "999")])
}

extension BuiltInCommand {
  static let create = BuiltInCommand(changing: .create) { arguments throws(Fault) in
    try PreparedChange.create(arguments)
  }
  static let update = BuiltInCommand(changing: .update) { arguments throws(Fault) in
    try PreparedChange.update(arguments)
  }
  static let destroy = BuiltInCommand(changing: .destroy) { arguments throws(Fault) in
    try PreparedChange.destroy(arguments)
  }
}
