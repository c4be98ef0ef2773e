import Language
import Values

/// A compiled statement, as a function that runs the statement.
///
/// The function is asynchronous if the statement may have to wait, for example for a reply.
enum CompiledStatement: Sendable {
  case sync(@Sendable (inout ExecutionFrame) throws(Fault) -> ControlFlow)
  case async(@Sendable (inout ExecutionFrame) async throws(Fault) -> ControlFlow)

  @inline(__always) func run(_ frame: inout ExecutionFrame) async throws(Fault) -> ControlFlow {
    switch self {
    case .sync(let body): try body(&frame)
    case .async(let body): try await body(&frame)
    }
  }

  /// The statement as a synchronous function; nil if the statement may have to wait, for example for a reply.
  var immediate: (@Sendable (inout ExecutionFrame) throws(Fault) -> ControlFlow)? {
    if case .sync(let body) = self { body } else { nil }
  }

  /// Joins statements into one statement that runs them in order.
  static func sequence(_ steps: [CompiledStatement]) -> CompiledStatement {
    let immediate = steps.compactMap(\.immediate)
    guard immediate.count == steps.count else {
      if steps.count == 1 { return steps[0] }
      return .async { frame throws(Fault) in
        for step in steps {
          let flow = try await step.run(&frame)
          if flow != .next { return flow }
        }
        return .next
      }
    }
    if immediate.count == 1 { return .sync(immediate[0]) }
    return .sync { frame throws(Fault) in
      for step in immediate {
        let flow = try step(&frame)
        if flow != .next { return flow }
      }
      return .next
    }
  }
}
