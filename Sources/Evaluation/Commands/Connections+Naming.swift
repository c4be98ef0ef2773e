import JSONText
import Language
import Synchronization
import Values

extension ExecutionFrame {
  /// Returns the name of a variable whose value is one of the connections; nil if there is no such variable.
  private func variable(of connections: [ConnectionValue]) -> String? {
    let names = run.session.state.withLock(\.names)
    let slots = depth == 0 ? slots : globals
    return names.sorted { $0.key < $1.key }.first { _, slot in
      guard slot < slots.count, case .connection(let connection) = slots[slot] else { return false }
      return connections.contains { $0.serial == connection.serial }
    }?.key
  }

  /// Returns the advice to choose one of several connections, such as `choose a connection: on: c`.
  ///
  /// If no variable holds a connection, the advice contains a `let` statement for a new variable.
  ///
  /// - Parameters:
  ///   - connections: The open connections.
  ///   - use: A function that returns the text with the variable: `on: c` for the variable `c`.
  /// - Returns: The advice; nil if no connection is open.
  func naming(one connections: [ConnectionValue], _ use: (String) -> String) -> String? {
    if let name = variable(of: connections) { return "choose a connection: \(use(name))" }
    guard let last = connections.last else { return nil }
    return "choose a connection: let c = \(last.statement), then \(use("c"))"
  }
}

extension ConnectionValue {
  /// The source text of a `connect` statement that returns this open connection.
  var statement: String {
    "connect \(JSONValue.string(address).text)" + (name.map { " name: \(JSONValue.string($0).text)" } ?? "")
  }
}
