import Client
import JSONRPC
import Language
import LearnedSchema
import Synchronization
import Values

extension Interpreter {
  /// Returns the completions at a position of a text that the user is typing.
  ///
  /// The completions come from variables, the learned schema and local files. The function sends no request.
  ///
  /// - Parameters:
  ///   - text: The statements that the user is typing, with their earlier lines.
  ///   - place: The UTF-8 offset of the cursor.
  /// - Returns: The completions, in alphabetical order.
  public func completion(of text: String, at place: Int) -> CompletionResult {
    completer(of: text, at: place).completions
  }

  /// Creates the completer for a position of a text.
  func completer(of text: String, at place: Int) -> Completer {
    let context = CursorContext(of: text, at: place)
    let (values, definitions) = completionFacts
    let session = session
    let inference = CompletionShapeInference(
      source: SourceText(name: "", text: text), variables: values.mapValues { session.shape(of: $0) },
      names: context.names, schema: { session.schema(ofQueue: $0) }, typed: { session.resource(ofType: $0) })
    return Completer(context: context, inference: inference, definitions: definitions, session: session)
  }
}

extension Session {
  /// Returns a text that identifies the broker of a connection.
  ///
  /// The text is the same in later runs of the program.
  func schemaPlace(of connection: ConnectionValue) -> String {
    connection.link.place
  }

  /// Returns the queues of a connection for which the program has learned a schema.
  func knownQueues(of connection: ConnectionValue) -> [String] {
    host.schemas.queues(at: schemaPlace(of: connection))
  }

  /// Returns the schema of a client's queue, including the part that earlier sessions stored in a file.
  func schema(of client: ClientValue) -> QueueSchema {
    let schema = host.schemas.schema(of: client.queue, at: schemaPlace(of: client.connection))
    schema.load()
    return schema
  }

  /// Returns the schema that learns from the replies of a queue; nil with `--offline`.
  ///
  /// With `--offline` the program simulates the replies, so there is nothing to learn from them.
  func schemaToLearn(of queue: String, on connection: ConnectionValue) -> QueueSchema? {
    guard !options.isOffline else { return nil }
    let schema = host.schemas.schema(of: queue, at: schemaPlace(of: connection))
    if host.ask != nil { host.schemas.prepare(schema) }
    for type in connection.link.types {
      schema.learn(type.name, attributes: type.attributes, relationships: type.relationships)
    }
    return schema
  }

  /// Returns the schema of a queue on the only open connection.
  ///
  /// If no connection is open, the function returns the schema that earlier sessions learned for this queue name.
  fileprivate func schema(ofQueue queue: String) -> QueueSchema? {
    let open = state.withLock(\.connections)
    let connection = open.count == 1 ? open.first : nil
    let kept = open.isEmpty ? host.schemas.place(ofQueue: queue) : nil
    let schema = host.schemas.schema(of: queue, at: connection.map(schemaPlace) ?? kept ?? "")
    schema.load()
    return schema
  }

  /// Returns a resource type with the learned schema of its queue; nil if no open client knows the type.
  ///
  /// A client knows its own type, and the types that its queue has returned.
  fileprivate func resource(ofType type: String) -> InferredShape.ResourceShape? {
    let clients = state.withLock(\.clients)
    let client = clients.first { $0.client.type == type } ?? clients.first { schema(of: $0)[type] != nil }
    return client.map { InferredShape.ResourceShape(queue: schema(of: $0), type: type, keys: $0.client.settings.keys) }
  }

  /// Returns the shape of a variable's value.
  ///
  /// If the value is a stream, `fact.streamed` is the name of the queue that the stream reads.
  fileprivate func shape(of fact: (value: Value, streamed: String?)) -> InferredShape {
    switch fact.value {
    case .client(let client):
      let settings = client.client.settings
      let resource = InferredShape.ResourceShape(queue: schema(of: client), type: settings.type, keys: settings.keys)
      return .client(
        InferredShape.ClientShape(
          resource: resource, note: "client of queue \(client.queue) on \(client.connection.label)"))
    case .stream:
      let clients = state.withLock(\.clients)
      guard let client = clients.first(where: { $0.queue == fact.streamed }) else { return .value(fact.value) }
      return .elements(
        .resource(
          InferredShape.ResourceShape(
            queue: schema(of: client), type: client.client.type, keys: client.client.settings.keys)))
    default: return .value(fact.value)
    }
  }
}
