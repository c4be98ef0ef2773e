extension Expr {
  /// Calls `body` with the expression and with its parts.
  ///
  /// The interpreter evaluates all these parts for the same element of a pipeline. A stage or a block inside the
  /// expression processes other elements, so this function does not visit stages and blocks.
  public func visit(_ body: (Expr) -> Void) {
    body(self)
    for part in parts { part.visit(body) }
  }

  private var parts: [Expr] {
    switch kind {
    case .number, .duration, .regex, .bool, .null, .it, .name, .elementField: []
    case .string(let pieces): pieces.flatMap(\.parts)
    case .call(_, _, let arguments): arguments.map(\.expression)
    case .field(let base, _, _, _), .not(let base), .negate(let base): [base]
    case .index(let base, let index, _): [base, index]
    case .cut(let base, let lower, let upper): [base, lower, upper]
    case .binary(_, _, let left, let right), .range(let left, let right): [left, right]
    case .list(let elements): elements
    case .record(let entries): entries.flatMap(\.parts)
    case .group(.pipeline(let pipeline)): pipeline.head.parts
    case .group(.if(let node)): [node.condition]
    case .group(.try): []
    }
  }
}

extension Argument {
  /// The expression that computes the value of the argument.
  public var expression: Expr {
    switch self {
    case .positional(let expression): expression
    case .option(_, _, let expression): expression
    }
  }
}

extension StringPart {
  fileprivate var parts: [Expr] {
    switch self {
    case .literal: []
    case .interpolation(let pipeline): pipeline.head.parts
    }
  }
}

extension RecordEntry {
  fileprivate var parts: [Expr] {
    switch key {
    case .name: [value]
    case .computed(let key): [key, value]
    }
  }
}

extension PipelineHead {
  /// The expressions of the pipeline's head.
  ///
  /// The interpreter evaluates these expressions before the pipeline processes its first element.
  fileprivate var parts: [Expr] {
    switch self {
    case .command(let command): command.arguments.map(\.expression)
    case .expression(let expression): [expression]
    case .name: []
    }
  }
}
