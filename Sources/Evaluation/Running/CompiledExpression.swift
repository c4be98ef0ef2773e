import Language
import Values

/// A compiled expression: slots replace its variables, and Swift functions replace its operators.
///
/// An expression without a command is synchronous. An expression with a command is asynchronous, because the command
/// can send a request.
enum CompiledExpression: Sendable {
  typealias SyncEvaluation = @Sendable (inout ExecutionFrame) throws(Fault) -> Value
  typealias AsyncEvaluation = @Sendable (inout ExecutionFrame) async throws(Fault) -> Value

  case constant(Value)
  case sync(SyncEvaluation)
  case async(AsyncEvaluation)

  /// Evaluates the expression.
  ///
  /// The evaluation suspends only if the expression contains a command.
  @inline(__always) func run(_ frame: inout ExecutionFrame) async throws(Fault) -> Value {
    switch self {
    case .constant(let value): value
    case .sync(let body): try body(&frame)
    case .async(let body): try await body(&frame)
    }
  }

  /// The expression as a synchronous function; nil if the expression contains a command.
  var immediate: SyncEvaluation? {
    switch self {
    case .constant(let value): { _ throws(Fault) in value }
    case .sync(let body): body
    case .async: nil
    }
  }

  /// The value of a constant; nil for an expression that is not constant.
  var known: Value? { if case .constant(let value) = self { value } else { nil } }

  /// Returns an expression that applies `body` to the value of `operand`.
  static func of(
    _ operand: CompiledExpression, _ body: @escaping @Sendable (Value) throws(Fault) -> Value
  ) -> CompiledExpression {
    if let operand = operand.immediate {
      return .sync { frame throws(Fault) in try body(operand(&frame)) }
    }
    return .async { frame throws(Fault) in try body(await operand.run(&frame)) }
  }

  /// Returns an expression that applies `body` to the values of `left` and `right`.
  static func of(
    _ left: CompiledExpression, _ right: CompiledExpression,
    _ body: @escaping @Sendable (Value, Value) throws(Fault) -> Value
  ) -> CompiledExpression {
    if let left = left.immediate, let right = right.known {
      return .sync { frame throws(Fault) in try body(left(&frame), right) }
    }
    if let left = left.immediate, let right = right.immediate {
      return .sync { frame throws(Fault) in
        let a = try left(&frame)
        return try body(a, right(&frame))
      }
    }
    return .async { frame throws(Fault) in
      let a = try await left.run(&frame)
      return try body(a, await right.run(&frame))
    }
  }

  /// Returns an expression that applies `body` to the values of `parts`.
  static func of(
    _ parts: [CompiledExpression], _ body: @escaping @Sendable ([Value]) throws(Fault) -> Value
  ) -> CompiledExpression {
    let immediate = parts.compactMap(\.immediate)
    if immediate.count == parts.count {
      return .sync { frame throws(Fault) in
        var values: [Value] = []
        values.reserveCapacity(immediate.count)
        for part in immediate { values.append(try part(&frame)) }
        return try body(values)
      }
    }
    return .async { frame throws(Fault) in
      var values: [Value] = []
      for part in parts { values.append(try await part.run(&frame)) }
      return try body(values)
    }
  }

  /// Returns an expression that applies `body` to the values of `parts`; the result depends only on these values.
  ///
  /// If all parts are constants, the function computes the value once, when it creates the expression.
  static func literal(
    _ parts: [CompiledExpression], _ body: @escaping @Sendable ([Value]) throws(Fault) -> Value
  ) -> CompiledExpression {
    let known = parts.compactMap(\.known)
    if known.count == parts.count, let value = try? body(known) { return .constant(value) }
    return of(parts, body)
  }

  /// Returns an expression that evaluates `right` only if it needs the value, as the operator `??` does.
  ///
  /// The expression first applies `body` to the value of `left`. If the result is nil, the expression evaluates
  /// `right`.
  static func lazily(
    _ left: CompiledExpression, _ right: CompiledExpression, _ body: @escaping @Sendable (Value) throws(Fault) -> Value?
  ) -> CompiledExpression {
    if let left = left.immediate, let right = right.immediate {
      return .sync { frame throws(Fault) in
        if let value = try body(left(&frame)) { return value }
        return try right(&frame)
      }
    }
    return .async { frame throws(Fault) in
      if let value = try body(await left.run(&frame)) { return value }
      return try await right.run(&frame)
    }
  }

  /// Returns an expression with the same value, which adds a source range to errors without a source range.
  func placed(_ range: SourceRange, _ source: SourceText) -> CompiledExpression {
    switch self {
    case .constant: self
    case .sync(let body):
      .sync { frame throws(Fault) in
        do throws(Fault) { return try body(&frame) } catch { throw error.placed(at: range, in: source) }
      }
    case .async(let body):
      .async { frame throws(Fault) in
        do throws(Fault) { return try await body(&frame) } catch { throw error.placed(at: range, in: source) }
      }
    }
  }
}

extension CompiledExpression {
  /// Returns an expression that applies `body` to the value of `operand` and a copy of the frame.
  static func framed(
    _ operand: CompiledExpression, _ body: @escaping @Sendable (Value, ExecutionFrame) throws(Fault) -> Value
  ) -> CompiledExpression {
    if let operand = operand.immediate {
      return .sync { frame throws(Fault) in
        let value = try operand(&frame)
        return try body(value, frame)
      }
    }
    return .async { frame throws(Fault) in
      let value = try await operand.run(&frame)
      return try body(value, frame)
    }
  }
}
