import Values

/// How the code around an expression uses a value that can be a stream.
enum SurroundingStreamUse {
  /// The surrounding code does not use the value.
  ///
  /// The run still reads a stream to its end, so that the errors of the stream appear.
  case dropped
  /// The surrounding code uses the value unchanged.
  ///
  /// A stream stays lazy: it reads its elements only when code needs them.
  case lazy
  /// The surrounding code needs a complete value, so the run collects a stream into a list.
  ///
  /// Examples are an operand, the value of an `each` block, and the value of a `try`.
  case operand

  /// The use of a value inside a `try`, if `self` is the use of the value outside the `try`.
  ///
  /// A lazy stream becomes a list inside the `try`, so that the errors of the stream occur inside the `try`.
  var inTry: SurroundingStreamUse { self == .lazy ? .operand : self }
}

extension CompiledExpression {
  /// The same expression, except that it collects a stream into a list.
  var collected: CompiledExpression {
    if case .constant = self { return self }
    return .async { frame throws(Fault) in
      let value = try await run(&frame)
      guard case .stream(let stream) = value else { return value }
      var elements = try await stream.open()
      return try Value.list(try await elements.rest()).limitedInDepth()
    }
  }
}
