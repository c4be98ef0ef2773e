import Client
import JSONRPC
import Language
import LearnedSchema
import Synchronization
import Values

extension Interpreter {
  /// Finds what can stand at a place of a text that is being typed, from what is in memory: nothing is sent.
  ///
  /// - Parameters:
  ///   - text: The statements that are typed, with the lines before that belong to them.
  ///   - place: The place in bytes of UTF-8.
  /// - Returns: What fits, in the order of the alphabet.
  public func completion(of text: String, at place: Int) -> Completions {
    let context = CursorContext(of: text, at: place)
    let (values, definitions) = completionFacts
    let session = session
    let inference = Inference(
      source: SourceText(name: "", text: text), variables: values.mapValues { session.shape(of: $0) },
      names: context.names, schema: { session.schema(ofQueue: $0) }, typed: { session.resource(ofType: $0) })
    return Completer(context: context, inference: inference, definitions: definitions, session: session).completions
  }
}

extension Session {
  /// Where the queues of a connection are, by the name that stays when the program ends.
  func schemaPlace(of connection: ConnectionValue) -> String {
    connection.address.hasPrefix("embedded:") ? connection.address : connection.link.place
  }

  /// The queues of a connection that something was learned of.
  func knownQueues(of connection: ConnectionValue) -> [String] {
    host.schemas.queues(at: schemaPlace(of: connection))
  }

  /// The schema of a client's queue, with what was kept of it.
  func schema(of client: ClientValue) -> QueueSchema {
    let schema = host.schemas.schema(of: client.queue, at: schemaPlace(of: client.connection))
    schema.load()
    return schema
  }

  /// The schema that learns from the replies of a queue; nil where replies are made up.
  func schemaToLearn(of queue: String, on connection: ConnectionValue) -> QueueSchema? {
    guard !options.isOffline else { return nil }
    let schema = host.schemas.schema(of: queue, at: schemaPlace(of: connection))
    if host.ask != nil { host.schemas.prepare(schema) }
    return schema
  }

  /// The schema of a queue on the only connection that is open.
  fileprivate func schema(ofQueue queue: String) -> QueueSchema? {
    let open = state.withLock(\.connections)
    guard open.count == 1, let connection = open.first else { return nil }
    let schema = host.schemas.schema(of: queue, at: schemaPlace(of: connection))
    schema.load()
    return schema
  }

  /// What is known of a type, by a client of it or of a queue that it came from.
  fileprivate func resource(ofType type: String) -> Shape.ResourceShape? {
    let clients = state.withLock(\.clients)
    let client = clients.first { $0.client.settings.type == type } ?? clients.first { schema(of: $0)[type] != nil }
    return client.map { Shape.ResourceShape(queue: schema(of: $0), type: type, keys: $0.client.settings.keys) }
  }

  /// What is known of a variable's value.
  fileprivate func shape(of fact: (value: Value, streamed: String?)) -> Shape {
    switch fact.value {
    case .client(let client):
      let settings = client.client.settings
      let resource = Shape.ResourceShape(queue: schema(of: client), type: settings.type, keys: settings.keys)
      return .client(
        Shape.ClientShape(resource: resource, note: "client of queue \(client.queue) on \(client.connection.label)"))
    case .stream:
      let clients = state.withLock(\.clients)
      guard let client = clients.first(where: { $0.queue == fact.streamed }) else { return .value(fact.value) }
      return .elements(
        .resource(
          Shape.ResourceShape(
            queue: schema(of: client), type: client.client.settings.type, keys: client.client.settings.keys)))
    default: return .value(fact.value)
    }
  }
}
