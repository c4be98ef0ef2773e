import Values

/// How the code around an expression handles a value that can be a stream.
enum StreamHandling {
  /// The value is not used; a stream is read to its end, so that its errors appear.
  case dropped
  /// The value is used unchanged; a stream stays lazy.
  case lazy
  /// The value is an operand, or the value of an iteration or of `try`: a stream is collected into a list.
  case operand

  /// How the last value in the block of a `try` is handled, if the value of the `try` is handled as `self` says.
  ///
  /// A `try` never returns an unread stream, because the errors of the stream must occur inside the `try`.
  var inTry: StreamHandling { self == .lazy ? .operand : self }
}

extension CompiledExpression {
  /// The same expression; if its value is a stream, the stream is collected into a list.
  var collected: CompiledExpression {
    if case .constant = self { return self }
    return .async { frame throws(Fault) in
      let value = try await run(&frame)
      guard case .stream(let stream) = value else { return value }
      var elements = try await stream.open()
      return .list(try await elements.rest())
    }
  }
}
