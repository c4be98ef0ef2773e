import Synchronization
import Client
import JSONText
import Language
import Values

extension Command {
  static let call = Command(
    Declaration(
      name: "call", summary: "Calls any method with any parameters and gives the raw result.",
      parameters: [
        .init(name: "CLIENT", shape: .client), .init(name: "METHOD", shape: .string),
        .init(name: "PARAMS", shape: .record, isOptional: true),
      ],
      options: [
        .init(name: "reads", shape: .boolean, fallback: "false", summary: "true says that it changes nothing"), .keys,
        .meta, .timeout, .expire,
      ],
      effect: .changes, result: "value",
      examples: [
        .init(code: #"(call posts "show" {id: "12"} reads: true).data.attributes.text"#, output: "\"Post 12\"")
      ])
  ) { arguments, frame throws(Fault) in
    let client = try arguments.client()
    guard case .string(let method) = arguments.value(1), !method.isEmpty else {
      throw Fault(
        .type, "call needs the name of a method as a string that is not empty", at: [Fault.Mark(arguments.range(1))],
        in: arguments.source, nextStep: #"call posts "show" {id: "1"} reads: true"#)
    }
    let params: JSONObject
    switch arguments.value(2) {
    case .null: params = [:]
    case .record, .resource: params = try arguments.value(2).json().objectValue ?? [:]
    default: throw Fault(.type, "the parameters of a call are a record, not \(arguments.value(2).typeWithArticle)")
    }
    let reads = try arguments.bool("reads") ?? false
    if !reads {
      try frame.run.session.refuseStreamed(client, "call")
      frame.run.session.state.withLock { $0.changesSent += 1 }
    }
    let options = try arguments.documentOptions()
    let patience = try arguments.patience(client)
    var request = PreparedRequest(method: method, params: params.merging(options), changes: !reads)
    request.expires = try arguments.bool("expire") ?? true
    return Value(
      try await client.reading(arguments) { [request] () throws(ClientError) in
        try await client.client.send(request, patience: patience)
      })
  }
}
