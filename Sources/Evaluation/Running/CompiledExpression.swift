import Language
import Values

/// An expression made ready to run: its names are slots, its operators functions.
///
/// What holds no command runs synchronously; only what does pays for `await`.
enum CompiledExpression: Sendable {
  typealias Sync = @Sendable (inout Frame) throws(Fault) -> Value
  typealias Async = @Sendable (inout Frame) async throws(Fault) -> Value

  case constant(Value)
  case sync(Sync)
  case async(Async)

  /// Runs it, without a suspension where it holds no command.
  @inline(__always) func run(_ frame: inout Frame) async throws(Fault) -> Value {
    switch self {
    case .constant(let value): value
    case .sync(let body): try body(&frame)
    case .async(let body): try await body(&frame)
    }
  }

  /// The synchronous form, or nil where it holds a command.
  var immediate: Sync? {
    switch self {
    case .constant(let value): { _ throws(Fault) in value }
    case .sync(let body): body
    case .async: nil
    }
  }

  /// The value where it is known before anything runs.
  var known: Value? { if case .constant(let value) = self { value } else { nil } }

  /// Code that turns the value of `operand` into another.
  static func of(
    _ operand: CompiledExpression, _ body: @escaping @Sendable (Value) throws(Fault) -> Value
  ) -> CompiledExpression {
    if let operand = operand.immediate {
      return .sync { frame throws(Fault) in try body(operand(&frame)) }
    }
    return .async { frame throws(Fault) in try body(await operand.run(&frame)) }
  }

  /// Code that makes a value of two.
  static func of(
    _ left: CompiledExpression, _ right: CompiledExpression,
    _ body: @escaping @Sendable (Value, Value) throws(Fault) -> Value
  ) -> CompiledExpression {
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

  /// Code that makes a value of many.
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

  /// Code that makes a value of many and of nothing else: it is made once where they are known.
  static func literal(
    _ parts: [CompiledExpression], _ body: @escaping @Sendable ([Value]) throws(Fault) -> Value
  ) -> CompiledExpression {
    let known = parts.compactMap(\.known)
    if known.count == parts.count, let value = try? body(known) {
      return .sync { _ throws(Fault) in value }
    }
    return of(parts, body)
  }

  /// Code that runs `right` only where `body` makes nil of the value of `left`.
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

  /// The same code, whose errors get a place.
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
