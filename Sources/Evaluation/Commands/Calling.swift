import Bulk
import Client
import JSONText
import Language
import Values

extension BuiltInCommand {
  static let call = BuiltInCommand(
    CommandDeclaration(
      name: "call",
      summary: """
        Sends a JSON-RPC request with any method and any parameters. Returns the result of the reply unchanged.
        """,
      parameters: [
        .init(name: "CLIENT", shape: .client), .init(name: "METHOD", shape: .string).ruled(.name),
        .init(name: "PARAMS", shape: .record, isOptional: true),
      ],
      options: [
        .init(
          name: "reads", shape: .boolean, fallback: "false",
          summary: """
            true means that the method changes nothing. For a method such as "destroy", true is an error
            """),
        .confirm.described(
          as: """
            with true, retort does not ask before it calls a method such as "destroy", even in a loop or in the block \
            of a stage
            """),
        .keys, .meta, .timeout, .expire, .dryRun,
      ],
      effect: .changes, result: "value",
      examples: [
        .init(code: #"(call posts "show" {id: "12"} reads: true).data.attributes.text"#, output: "\"Post 12\"")
      ]),
    .request { arguments throws(Fault) in try CallStatementRequest(arguments) })
}

/// The request of a `call` statement, which can name any method.
///
/// The request is a read if the statement has `reads: true`, and a change in all other cases.
enum CallStatementRequest {
  case read(ClientValue, ReadRequest, ResourceClient.WaitLimit)
  case change(PreparedChange)

  init(_ arguments: Arguments) throws(Fault) {
    let client = try arguments.client()
    guard case .string(let method) = arguments.value(1), !method.isEmpty else {
      throw Fault(
        .type, "call needs the name of a method as a string that is not empty",
        at: [MarkedSourceRange(arguments.range(1))],
        in: arguments.source, nextStep: #"call posts "show" {id: "1"} reads: true"#)
    }
    let params = try Self.params(arguments).merging(try arguments.documentOptions())
    guard try arguments.bool("reads") ?? false else {
      self = .change(
        try PreparedChange(.call, arguments, client, record: nil) { () throws(ClientError) in
          ChangeRequest(method: method, params: params)
        })
      return
    }
    guard !Change.changes(method: method) else {
      throw Fault(
        .value, "call \(method.quoted) changes data, so reads: true is refused",
        at: [MarkedSourceRange(arguments.range)],
        in: arguments.source, nextStep: "remove reads: true")
    }
    self = .read(client, ReadRequest(method: method, params: params), try arguments.waitLimit(client))
  }

  /// Refuses `reads: true` for an unknown method on a read-only connection and in a dry run.
  ///
  /// An unknown method can change data even if the script contains `reads: true`.
  static func refuseUnknown(
    _ request: ReadRequest, _ client: ClientValue, _ arguments: Arguments, _ run: StatementContext
  ) throws(Fault) {
    let isReadOnly = client.connection.protection == .readOnly
    guard isReadOnly || run.isDry(arguments), !Change.reads(method: request.method) else { return }
    throw Fault(
      .refused, "call \(request.method.quoted) may change data, although it has reads: true",
      at: [MarkedSourceRange(arguments.range)], in: arguments.source,
      nextStep: isReadOnly
        ? "on a read-only connection, call allows only the methods index, show, show_relationship and get_related_resource"
        : "in a dry run, call allows only the methods index, show, show_relationship and get_related_resource")
  }

  private static func params(_ arguments: Arguments) throws(Fault) -> JSONObject {
    switch arguments.value(2) {
    case .null: return [:]
    case .record, .resource: return try arguments.value(2).json().objectValue ?? [:]
    default: throw Fault(.type, "the parameters of a call must be a record, not \(arguments.value(2).typeWithArticle)")
    }
  }
}

extension ClientValue {
  /// Sends a read, and returns the result of the JSON-RPC response as a value.
  func result(
    of request: ReadRequest, _ waitLimit: ResourceClient.WaitLimit, _ arguments: Arguments
  ) async throws(Fault) -> Value {
    do throws(ClientError) { return Value(try await client.send(request, waitLimit: waitLimit)) } catch {
      throw Fault(await explained(error), arguments)
    }
  }
}
