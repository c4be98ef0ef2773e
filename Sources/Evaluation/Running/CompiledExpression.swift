import Language
import Values

/// A compiled expression, in which names have become slots and operators have become functions.
///
/// An expression without a command runs synchronously; an expression with a command needs `await`.
enum CompiledExpression: Sendable {
  typealias SyncEvaluation = @Sendable (inout ExecutionFrame) throws(Fault) -> Value
  typealias AsyncEvaluation = @Sendable (inout ExecutionFrame) async throws(Fault) -> Value

  case constant(Value)
  case sync(SyncEvaluation)
  case async(AsyncEvaluation)

  /// Evaluates the expression.
  ///
  /// It does not suspend unless the expression contains a command.
  @inline(__always) func run(_ frame: inout ExecutionFrame) async throws(Fault) -> Value {
    switch self {
    case .constant(let value): value
    case .sync(let body): try body(&frame)
    case .async(let body): try await body(&frame)
    }
  }

  /// The expression as a synchronous function; nil if it contains a command.
  var immediate: SyncEvaluation? {
    switch self {
    case .constant(let value): { _ throws(Fault) in value }
    case .sync(let body): body
    case .async: nil
    }
  }

  /// The value of a constant; nil for an expression that must be run.
  var known: Value? { if case .constant(let value) = self { value } else { nil } }

  /// Returns an expression that computes a value from the value of `operand`.
  static func of(
    _ operand: CompiledExpression, _ body: @escaping @Sendable (Value) throws(Fault) -> Value
  ) -> CompiledExpression {
    if let operand = operand.immediate {
      return .sync { frame throws(Fault) in try body(operand(&frame)) }
    }
    return .async { frame throws(Fault) in try body(await operand.run(&frame)) }
  }

  /// Returns an expression that computes a value from the values of `left` and `right`.
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

  /// Returns an expression that computes a value from the values of `parts`.
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

  /// Returns an expression that computes a value from the values of `parts` and nothing else.
  ///
  /// If all parts are constants, it computes the value only once.
  static func literal(
    _ parts: [CompiledExpression], _ body: @escaping @Sendable ([Value]) throws(Fault) -> Value
  ) -> CompiledExpression {
    let known = parts.compactMap(\.known)
    if known.count == parts.count, let value = try? body(known) {
      return .sync { _ throws(Fault) in value }
    }
    return of(parts, body)
  }

  /// Returns an expression that runs `right` only if `body` returns nil for the value of `left`.
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

  /// Returns the same expression, except that errors without a source range get this range.
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
  /// Returns an expression that computes a value from the value of `operand` and a copy of the frame.
  static func framed(_ operand: CompiledExpression, _ body: @escaping @Sendable (Value, ExecutionFrame) -> Value)
    -> CompiledExpression
  {
    if let operand = operand.immediate {
      return .sync { frame throws(Fault) in
        let value = try operand(&frame)
        return body(value, frame)
      }
    }
    return .async { frame throws(Fault) in
      let value = try await operand.run(&frame)
      return body(value, frame)
    }
  }
}
