import JSONText
import Language
import Values

extension BuiltInFunction {
  static let world: [BuiltInFunction] =
    times + [
      BuiltInFunction("uuid()", "A new UUID (version 4).", takes: 0...0, "length(uuid())", "36") { _, _ throws(Fault) in
        .string(RandomUUID.random())
      },
      BuiltInFunction(
        "env(name, default)",
        """
        The value of an environment variable, as text. If the variable is not set, the function returns the second \
        argument. Without a second argument, it raises an error.
        """,
        takes: 1...2, of: [.text, .any], #"env("NO_SUCH_NAME", "none")"#,
        "\"none\""
      ) { values, run throws(Fault) in
        let name = try string(values, 0, "env")
        if let text = run.session.options.environment[name] { return .string(text) }
        guard values.count > 1 else {
          throw Fault(
            .value, "\(name) is not set in the environment", nextStep: "give a default: env(\"\(name)\", \"...\")")
        }
        return values[1]
      },
      BuiltInFunction(
        "var(name, default)",
        """
        The value of the program option --var NAME=VALUE, as text. If this option is not given, the function returns \
        the second argument. Without a second argument, the option is needed: without it, a script ends before its \
        first statement runs, also if the call is in a block of `if` or `try`. A call in a def counts only if the \
        script calls the def. If NAME is computed, the error occurs when the call runs.
        """,
        takes: 1...2, of: [.text, .any], #"var("limit", "100")"#, "\"100\""
      ) {
        values, run throws(Fault) in
        let name = try string(values, 0, "var")
        if let text = run.session.options.variables[name] { return .string(text) }
        guard values.count > 1 else {
          throw Fault(.value, "no value was given for \(name)", nextStep: "run with --var \(name)=...")
        }
        return values[1]
      },
    ]
}

/// Creates random UUIDs as text (RFC 9562, version 4).
enum RandomUUID {
  static func random() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }.joined(separator: "-")
  }
}
