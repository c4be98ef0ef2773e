import Language
import Synchronization
import Values

/// A user's command: `def NAME(parameters) do ... end`.
final class Definition: Sendable {
  struct Parameter: Sendable {
    var name: String
    /// What holds where it is not given; such a parameter is given by name.
    var fallback: CompiledExpression?
  }

  /// What a call runs.
  struct Body: Sendable {
    var slotCount: Int
    var step: CompiledStatement
    /// What a call does to the world.
    var effects: Effects
  }

  let name: String
  let parameters: [Parameter]
  /// Set when it was compiled; nil while it is, so that it can call itself.
  private let body = Mutex<Body?>(nil)

  init(name: String, parameters: [Parameter]) {
    self.name = name
    self.parameters = parameters
  }

  var compiled: Body? { body.withLock { $0 } }

  func complete(_ body: Body) { self.body.withLock { $0 = body } }

  /// How many calls deep defs may go.
  static let depthLimit = 150

  /// What a client is called that comes in a parameter.
  static func identity(ofParameter index: Int) -> String { "parameter \(index)" }

  /// How it is called.
  var signature: String {
    let places = parameters.filter { $0.fallback == nil }.map { $0.name.uppercased() }
    let named = parameters.filter { $0.fallback != nil }.map { "[\($0.name):]" }
    return ([name] + places + named).joined(separator: " ")
  }

  /// Runs the body with values for the parameters.
  func call(_ values: [Value?], _ frame: inout Frame) async throws(Fault) -> Value {
    guard let body = compiled else { return .null }
    guard frame.depth < Self.depthLimit else {
      throw Fault(
        .limit, "\(name) calls itself more than \(Self.depthLimit) deep", nextStep: "a loop does not nest: while ... do"
      )
    }
    var own = frame.called(slots: body.slotCount)
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
