import Language
import Synchronization
import Values

/// A command that the script defines with `def NAME(parameters) do ... end`.
final class CommandDefinition: Sendable {
  struct Parameter: Sendable {
    var name: String
    /// The default value; nil for a parameter without a default value.
    ///
    /// A call passes parameters with default values by name, and the other parameters by position.
    var fallback: CompiledExpression?
  }

  /// The compiled body of a `def`.
  struct CompiledDefBody: Sendable {
    var slotCount: Int
    var step: CompiledStatement
    /// The effects of one call, such as changes to resources.
    var effects: KnownEffects
  }

  let name: String
  let parameters: [Parameter]
  /// The compiled body; nil while the compiler is still compiling the body.
  ///
  /// A `def` can call itself. The compiler then refers to this object before the body is complete.
  private let body = Mutex<CompiledDefBody?>(nil)

  init(name: String, parameters: [Parameter]) {
    self.name = name
    self.parameters = parameters
  }

  var compiled: CompiledDefBody? { body.withLock { $0 } }

  func complete(_ body: CompiledDefBody) { self.body.withLock { $0 = body } }

  /// The maximum depth of nested calls of commands that `def` defines.
  static let depthLimit = 150

  /// Returns a placeholder for the client that a call passes as the parameter at `index`.
  ///
  /// While the compiler compiles a `def`, it does not know which clients the calls pass. The effects of the `def`
  /// therefore contain placeholders. At each call, the compiler replaces a placeholder with the client that the call
  /// passes.
  static func identity(ofParameter index: Int) -> String { "parameter \(index)" }

  /// The syntax of a call, for messages: `greet POST [times:]`.
  var signature: String {
    let places = parameters.filter { $0.fallback == nil }.map { $0.name.uppercased() }
    let named = parameters.filter { $0.fallback != nil }.map { "[\($0.name):]" }
    return ([name] + places + named).joined(separator: " ")
  }

  /// An example of a call in parentheses, with the names of the required parameters: `greet(post)`.
  var callForm: String { "\(name)(\(parameters.filter { $0.fallback == nil }.map(\.name).joined(separator: ", ")))" }

  /// Runs the body of the `def` with values for the parameters.
  ///
  /// A nil in `values` means that the parameter gets its default value. `isOnce` is true if no loop, `each`, stage or
  /// recursion repeats the call.
  func call(_ values: [Value?], isOnce: Bool, _ frame: inout ExecutionFrame) async throws(Fault) -> Value {
    guard let body = compiled else { return .null }
    guard frame.depth < Self.depthLimit else {
      throw Fault(
        .limit, "\(name) calls itself more than \(Self.depthLimit) levels deep",
        nextStep: "use a loop instead: while ... do"
      )
    }
    var own = frame.called(slots: body.slotCount)
    own.isOnce = frame.isOnce && isOnce
    for (index, parameter) in parameters.enumerated() {
      if index < values.count, let value = values[index] {
        own.slots[index] = value
      } else {
        own.slots[index] = try await parameter.fallback?.run(&own) ?? .null
      }
    }
    _ = try await body.step.run(&own)
    return own.result
  }
}
