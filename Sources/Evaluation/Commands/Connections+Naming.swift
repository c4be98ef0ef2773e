import JSONText
import Language
import Synchronization
import Values

extension ExecutionFrame {
  /// Returns the name of a variable whose value is one of these connections, for a next step; nil if there is no such
  /// variable.
  private func variable(of connections: [ConnectionValue]) -> String? {
    let names = run.session.state.withLock(\.names)
    let slots = depth == 0 ? slots : globals
    return names.sorted { $0.key < $1.key }.first { _, slot in
      guard slot < slots.count, case .connection(let connection) = slots[slot] else { return false }
      return connections.contains { $0.serial == connection.serial }
    }?.key
  }

  /// Returns the next step if a statement must name one of several connections: `on: c`.
  ///
  /// The step begins with a `let` if no variable has a connection.
  ///
  /// - Parameters:
  ///   - connections: The open connections.
  ///   - use: Returns the text that uses a variable: `on: c` for `c`.
  /// - Returns: The step; nil if no connection is open.
  func naming(one connections: [ConnectionValue], _ use: (String) -> String) -> String? {
    if let name = variable(of: connections) { return "name a connection: \(use(name))" }
    guard let last = connections.last else { return nil }
    return "name a connection: let c = \(last.statement), then \(use("c"))"
  }
}

extension ConnectionValue {
  /// The `connect` statement, as source text, that returns this connection while the connection is open.
  var statement: String {
    "connect \(JSONValue.string(address).text)" + (name.map { " name: \(JSONValue.string($0).text)" } ?? "")
  }
}
