import RetortShell
import Synchronization

/// The result of a run of the program: exit status, standard output, and standard error (`notes`).
struct Ran: Equatable {
  var status: Int32
  var output: String
  var notes: String

  /// Runs the program in this process with these arguments, without a terminal.
  static func retort(_ arguments: String..., environment: [String: String] = [:]) async -> Ran {
    await retort(arguments, environment: environment)
  }

  /// Runs the program in this process with an array of arguments, without a terminal.
  ///
  /// By default, statements wait a minute for a reply, and show no progress.
  ///
  /// - Parameters:
  ///   - arguments: The arguments of the program.
  ///   - environment: The environment variables that the program reads.
  ///   - noted: Called with each text that the program writes to standard error.
  /// - Returns: The status and the whole output.
  static func retort(
    _ arguments: [String], environment: [String: String] = [:], noted: @escaping @Sendable (String) -> Void = { _ in }
  ) async -> Ran {
    let recorded = Recorded()
    let console = Console(
      write: { bytes in
        recorded.output.withLock { $0 += bytes }
        return true
      },
      note: { text in
        recorded.notes.withLock { $0 += text }
        noted(text)
      })
    let isTimed = arguments.contains { $0.hasPrefix("--timeout") }
    let timeout = arguments.contains("-c") ? (isTimed ? [] : ["--timeout", "60s"]) + ["--quiet"] : []
    let status = await run(arguments: timeout + arguments, console: console, environment: environment)
    return Ran(
      status: status, output: recorded.output.withLock { String(decoding: $0, as: UTF8.self) },
      notes: recorded.notes.withLock { $0 })
  }

  /// Runs the program in this process as if at a terminal, with these answers to its questions.
  ///
  /// The `notes` of the result contain the questions.
  static func asked(_ answers: [String], _ arguments: String...) async -> Ran {
    let recorded = Recorded()
    let left = Mutex(answers[...])
    let console = Console(
      write: { bytes in
        recorded.output.withLock { $0 += bytes }
        return true
      }, note: { text in recorded.notes.withLock { $0 += text } }, isInteractive: true,
      answer: { ask in
        ask()
        return left.withLock { $0.popFirst() }
      })
    let status = await run(
      arguments: ["--timeout", "60s", "--quiet", "--color", "never"] + arguments, console: console, environment: [:])
    return Ran(
      status: status, output: recorded.output.withLock { String(decoding: $0, as: UTF8.self) },
      notes: recorded.notes.withLock { $0 })
  }

  private final class Recorded: Sendable {
    let output = Mutex<[UInt8]>([])
    let notes = Mutex("")
  }
}
