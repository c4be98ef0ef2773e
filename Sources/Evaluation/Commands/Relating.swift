import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Values

extension BuiltInCommand {
  private static let place: [CommandDeclaration.Parameter] = [
    .init(name: "CLIENT", shape: .client), .init(name: "ID", shape: .id),
    .init(name: "NAME", shape: .string).ruled(.name),
  ]

  static let related = BuiltInCommand(
    CommandDeclaration(
      name: "related", summary: "Reads the resources to which a relationship refers.", parameters: place,
      options: [
        .init(
          name: "source", shape: .string, fallback: "\"api/v1/TYPE\"",
          summary: "the URL path of the client's resources. The service uses this path in the links of its reply"),
        .meta, .timeout, .retryRead,
      ], result: "list")
  ) { arguments, frame throws(Fault) in
    let (client, relationship) = try arguments.relationship()
    let (source, options) = (try arguments.string("source"), try arguments.documentOptions())
    let waitLimit = try arguments.waitLimit(client)
    let document = try await client.reading(arguments) { () throws(ClientError) in
      try await relationship.related(source: source, options: options, waitLimit: waitLimit)
    }
    if case .string(let name) = arguments.value(2), let data = document.object["data"] {
      frame.run.session.noteLinkage(name, data, client, "related")
    }
    let resources = client.resources(document)
    if document.pagination()?.hasNext == true {
      frame.run.session.note(firstOf: resources.count, "resources")
    }
    return .list(resources)
  }

  static let relationship = BuiltInCommand(
    CommandDeclaration(
      name: "relationship",
      summary: """
        Reads the identifiers in a relationship, such as {type: "authors", id: "12"}. The result is one identifier, a \
        list of identifiers, or null.
        """,
      parameters: place, options: [.meta, .timeout, .retryRead], result: "identifiers")
  ) { arguments, frame throws(Fault) in
    let (client, relationship) = try arguments.relationship()
    let options = try arguments.documentOptions()
    let waitLimit = try arguments.waitLimit(client)
    let (data, hasNext) = try await client.reading(arguments) { () throws(ClientError) in
      try await relationship.show(options: options, waitLimit: waitLimit)
    }
    if hasNext { frame.run.session.note(firstOf: data.arrayValue?.count ?? 1, "identifiers") }
    if case .string(let name) = arguments.value(2) {
      frame.run.session.noteLinkage(name, data, client, "relationship")
    }
    return Value(linkage: data)
  }

  static let link = changing(.link)
  static let relink = changing(.relink)
  static let unlink = changing(.unlink)

  private static func changing(_ change: RelationshipClient.LinkageChange) -> BuiltInCommand {
    BuiltInCommand(
      changing: CommandDeclaration(
        name: change.word, summary: change.summary(),
        parameters: place + [.init(name: "IDENTIFIERS", shape: .any)], options: [.meta, .timeout, .expire, .dryRun],
        effect: .changes, result: "null")
    ) { arguments throws(Fault) in try PreparedChange.relating(change, arguments) }
  }
}

extension Value {
  /// Creates an identifier, a list of identifiers, or null from the linkage of a relationship.
  init(linkage: JSONValue) {
    switch linkage {
    case .object(let identifier): self = .resource(ResourceValue(identifier))
    case .array(let identifiers): self = .list(identifiers.map { Value(linkage: $0) })
    default: self = Value(linkage)
    }
  }
}

extension RelationshipClient.LinkageChange {
  /// Returns the summary that `help` shows for the command, such as `link`.
  ///
  /// If `ofEach` is true, the function returns the summary of the stage with the same name.
  func summary(ofEach: Bool = false) -> String {
    let place = ofEach ? " of each element" : ""
    return switch self {
    case .link:
      """
      Adds resources to a to-many relationship\(place). IDENTIFIERS is a list of identifiers or resources, such as \
      [{type: "tags", id: "20"}].
      """
    case .relink:
      """
      \(ofEach ? "For each element, replaces" : "Replaces") all resources in a relationship with the resources in \
      IDENTIFIERS. For a to-one relationship, IDENTIFIERS is an identifier, such as {type: "authors", id: "3"}, or a \
      resource. For a to-many relationship, IDENTIFIERS is a list. The value null clears a to-one relationship, and \
      the value [] clears a to-many relationship.
      """
    case .unlink:
      """
      Removes resources from a to-many relationship\(place). IDENTIFIERS is a list of identifiers or resources, such \
      as [{type: "tags", id: "1"}].
      """
    }
  }

  fileprivate var verb: Bulk.Change.Verb {
    switch self {
    case .link: .link
    case .relink: .relink
    case .unlink: .unlink
    }
  }
}

extension PreparedChange {
  /// Returns the change of a `link`, `relink` or `unlink` statement, such as `link CLIENT ID NAME IDENTIFIERS`.
  static func relating(_ change: RelationshipClient.LinkageChange, _ arguments: Arguments) throws(Fault)
    -> PreparedChange
  {
    let (client, relationship) = try arguments.relationship()
    let options = try arguments.optionsWithoutDocument()
    let identifiers: JSONValue
    do throws(Fault) { identifiers = try arguments.value(3).json() } catch {
      throw error.placed(at: arguments.range(3), in: arguments.source)
    }
    return try PreparedChange(change.verb, arguments, client, record: 3) { () throws(ClientError) in
      try relationship.changeRequest(change, identifiers, options: options)
    }
  }
}

extension Arguments {
  /// Returns the client in the argument CLIENT, and a client for the relationship NAME of the resource ID.
  fileprivate func relationship() throws(Fault) -> (ClientValue, RelationshipClient) {
    let client = try client()
    let id = try id(1, of: client)
    guard case .string(let name) = value(2), !name.isEmpty else {
      throw Fault(
        .type, "\(self.name) needs the relationship's name as a string", at: [MarkedSourceRange(range(2))], in: source
      )
    }
    return (client, try reader(client).relationship(name, of: id))
  }
}
