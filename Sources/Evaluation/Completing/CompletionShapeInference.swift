import Client
import Formats
import Language
import LearnedSchema
import Values

/// Infers the shapes of expressions and pipelines for completion.
///
/// A shape is what completion knows about a value, such as the fields of a resource. The type infers shapes from the
/// variables of the session, the names that the text defines, and the learned schema.
struct CompletionShapeInference {
  let source: SourceText
  /// The shapes of the variables at the top level of the session.
  let variables: [String: InferredShape]
  /// The names that the text defines.
  let names: [CursorContext.VisibleVariable]
  /// A function that returns the schema of the queue with the given name; nil if no schema is known.
  let schema: (String) -> QueueSchema?
  /// A function that returns what the open clients know about a resource type; nil if no open client knows the type.
  let typed: (String) -> InferredShape.ResourceShape?
  /// The maximum depth of the inference; a limit is necessary because names can refer to other names.
  private static let depthLimit = 20

  /// Returns the shape of the element that `.field` reads at a position.
  ///
  /// `flows` are the source ranges of the pipelines around the position, outermost first. Each range ends at the last
  /// `|` before the position.
  func element(_ flows: [SourceRange], depth: Int = 0) -> InferredShape {
    flows.reduce(.unknown) { element, range in shape(ofPipeline: range, element, depth).element }
  }

  /// Returns the shape of the expression in a source range.
  func shape(of range: SourceRange, _ flows: [SourceRange]) -> InferredShape {
    shape(ofPipeline: range, element(flows), 0)
  }

  /// Returns the attribute that an expression reads, such as `.title`; nil if the attribute is unknown.
  func attribute(in range: SourceRange, _ flows: [SourceRange]) -> TypeSchema.Attribute? {
    let statements = Parser.parse(SourceText(name: "", text: source.text(range))).program.statements
    guard case .pipeline(let pipeline)? = statements.first?.kind, case .expression(let expression) = pipeline.head
    else { return nil }
    let (owner, name): (InferredShape, String)
    switch expression.kind {
    case .elementField(let field, _, _): (owner, name) = (element(flows), field)
    case .field(let base, let field, _, _): (owner, name) = (shape(of: base, element(flows), 0), field)
    default: return nil
    }
    switch owner {
    case .resource(let resource): return resource.attribute(name)
    case .value(.resource(let resource)): return typed(resource.type)?.attribute(name)
    default: return nil
    }
  }

  /// Returns the shape of a variable's value.
  ///
  /// If the text does not define the variable, the function uses the session's variable with this name.
  func shape(ofName name: String, depth: Int = 0) -> InferredShape {
    guard depth < Self.depthLimit else { return .unknown }
    guard let made = names.last(where: { $0.name == name }) else { return variables[name] ?? .unknown }
    switch made.origin {
    case .value(let range): return shape(ofPipeline: range, element(made.flows, depth: depth + 1), depth + 1)
    case .element(let range): return shape(ofPipeline: range, element(made.flows, depth: depth + 1), depth + 1).element
    case .error: return .error
    case .number: return .scalar
    case .parameter: return .unknown
    }
  }

  private func shape(ofPipeline range: SourceRange, _ element: InferredShape, _ depth: Int) -> InferredShape {
    guard depth < Self.depthLimit else { return .unknown }
    let statements = Parser.parse(SourceText(name: "", text: source.text(range))).program.statements
    guard statements.count == 1, case .pipeline(let pipeline)? = statements.first?.kind else { return .unknown }
    return shape(of: pipeline, element, depth)
  }

  private func shape(of pipeline: Pipeline, _ element: InferredShape, _ depth: Int) -> InferredShape {
    let head =
      switch pipeline.head {
      case .name(let name, _): shape(ofName: name, depth: depth + 1)
      case .expression(let expression): shape(of: expression, element, depth)
      case .command(let command): shape(ofCommand: command, element, depth)
      }
    return pipeline.stages.reduce(head) { shape(ofStage: $1, $0.element, depth) }
  }

  private func shape(of expression: Expr, _ element: InferredShape, _ depth: Int) -> InferredShape {
    guard depth < Self.depthLimit else { return .unknown }
    switch expression.kind {
    case .name(let name): return shape(ofName: name, depth: depth + 1)
    case .it: return element
    case .elementField(let name, _, _): return element.field(name)
    case .field(let base, let name, _, _): return shape(of: base, element, depth + 1).field(name)
    case .index(let base, _, _): return shape(of: base, element, depth + 1).element
    case .cut(let base, _, _): return shape(of: base, element, depth + 1)
    case .group(.pipeline(let pipeline)): return shape(of: pipeline, element, depth + 1)
    case .list(let elements): return .elements(elements.first.map { shape(of: $0, element, depth + 1) } ?? .unknown)
    case .record(let entries):
      return .record(
        entries.compactMap { entry in entry.name.map { ($0, shape(of: entry.value, element, depth + 1)) } })
    case .binary(.otherwise, _, let left, _): return shape(of: left, element, depth + 1)
    case .call, .number, .duration, .string, .regex, .bool, .binary, .not, .negate, .range: return .scalar
    case .null, .group: return .unknown
    }
  }

  private func shape(ofCommand command: CommandOrStageCall, _ element: InferredShape, _ depth: Int) -> InferredShape {
    switch command.name {
    case "index", "stream": return resource(of: command, element, depth).map { .elements(.resource($0)) } ?? .unknown
    case "show", "create", "update", "upsert", "transition":
      return resource(of: command, element, depth).map { .resource($0) } ?? .unknown
    case "related":
      guard let resource = resource(of: command, element, depth), let name = command.text(2),
        let relationship = resource.relationship(name)
      else { return .unknown }
      return .elements(resource.related(relationship).element)
    case "client": return client(command)
    case "connect": return .connection
    case "read": return file(command)
    default: return .unknown
    }
  }

  /// Returns the shape of the value that a `read` command returns, inferred from the beginning of the file.
  private func file(_ command: CommandOrStageCall) -> InferredShape {
    guard let path = command.text(0), let format = try? FileFormat(path: path, named: command.literal("as")),
      let element = FirstElementReader.element(of: path, format)
    else { return .unknown }
    return .elements(.value(element))
  }

  /// Returns the shape of the client that a `client` command creates.
  private func client(_ command: CommandOrStageCall) -> InferredShape {
    guard let queue = command.literal("queue"), let schema = schema(queue) else { return .unknown }
    let keys = command.literal("keys").flatMap(ClientSettings.KeyFormat.init) ?? .wire
    let resource = InferredShape.ResourceShape(queue: schema, type: command.literal("type") ?? queue, keys: keys)
    return .client(InferredShape.ClientShape(resource: resource, note: "client of queue \(queue)"))
  }

  private func resource(of command: CommandOrStageCall, _ element: InferredShape, _ depth: Int) -> InferredShape
    .ResourceShape?
  {
    guard case .positional(let expression)? = command.arguments.first,
      case .client(let client) = shape(of: expression, element, depth + 1)
    else { return nil }
    return client.resource
  }

  private func shape(ofStage stage: CommandOrStageCall, _ element: InferredShape, _ depth: Int) -> InferredShape {
    switch stage.name {
    case "where", "take", "skip", "reverse", "sort", "unique", "without", "as", "collect": return .elements(element)
    case "first", "last", "min", "max": return element
    case "map":
      guard case .positional(let expression)? = stage.arguments.first else { return .unknown }
      return .elements(shape(of: expression, element, depth + 1))
    case "flatten": return .elements(element.element)
    case "chunk": return .elements(.elements(element))
    case "select": return .elements(.record(selected(stage, element, depth)))
    case "with":
      return .elements(.record(element.fields.map { ($0.name, $0.shape) } + selected(stage, element, depth)))
    case "group": return .elements(.record([("key", .unknown), ("count", .scalar), ("items", .elements(element))]))
    case "show", "create", "update", "upsert", "transition", "link", "relink", "unlink":
      return .elements(resource(of: stage, element, depth).map { .resource($0) } ?? .unknown)
    default: return .unknown
    }
  }

  /// Returns the fields that the stage `select` returns, or that the stage `with` adds.
  private func selected(_ stage: CommandOrStageCall, _ element: InferredShape, _ depth: Int) -> [(
    name: String, shape: InferredShape
  )] {
    stage.arguments.compactMap { argument -> (name: String, shape: InferredShape)? in
      switch argument {
      case .option(let name, _, let value): return (name, shape(of: value, element, depth + 1))
      case .positional(let value): return value.path.map { ($0, shape(of: value, element, depth + 1)) }
      }
    }
  }
}

extension CommandOrStageCall {
  /// Returns the literal string in the positional argument at an index; nil if the argument is another expression.
  fileprivate func text(_ place: Int) -> String? {
    let places = arguments.compactMap { if case .positional(let expression) = $0 { expression } else { nil } }
    guard places.indices.contains(place), case .string(let parts) = places[place].kind, parts.count == 1,
      case .literal(let text) = parts[0]
    else { return nil }
    return text
  }
}
