import ArgumentParser
import Glibc
import JSONText
import LearnedSchema
import Synchronization
import Terminal

/// The options of `retort doctor`.
struct DoctorCommandOptions: ParsableArguments {
  @ArgumentParser.Argument(
    help: ArgumentHelp(
      "The URI of a connection, or a profile in rc.retort. The default is RETORT_URL.", valueName: "URI"))
  var address: String?

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The format: text or json.", valueName: "FORMAT"))
  var output: OutputFormat = .text

  @Option(
    name: .customLong("queue"),
    help: ArgumentHelp("One more queue to examine. The option can be repeated.", valueName: "NAME"))
  var queues: [String] = []

  @Option(
    parsing: .unconditional, help: ArgumentHelp("How long to wait for the reply: 5s.", valueName: "DURATION"))
  var timeout = "5s"

  enum OutputFormat: String, ExpressibleByArgument {
    case text, json
  }

  func validate() throws {
    if waitLimit == nil { throw ValidationError("--timeout takes a duration such as 10s, not '\(timeout)'") }
  }

  /// The maximum time that the doctor waits for the reply to its request.
  var waitLimit: Duration? { ProgramOptions.duration(timeout)?.flatMap { $0 } }
}

/// Examines the connection to a service, step by step: `retort doctor [URI]`.
///
/// A signal ends the examination. If it does not end within a second after the signal, the program ends.
///
/// - Returns: 0 if no step failed, otherwise the status of the first failed step, or of the signal.
func doctor(_ options: DoctorCommandOptions, _ console: Console, _ environment: [String: String]) async -> Int32 {
  let stop = Mutex(TerminationSignal?.none)
  let work = Task { await examine(options, console, environment) }
  let status = await SignalCatcher.shared.watching { signal in
    stop.withLock { $0 = signal }
    work.cancel()
    Task {
      try? await Task.sleep(for: .seconds(1))
      exit(signal.exitStatus)
    }
  } during: {
    await work.value
  }
  return stop.withLock { $0?.exitStatus } ?? status
}

private func examine(
  _ options: DoctorCommandOptions, _ console: Console, _ environment: [String: String]
) async -> Int32 {
  let doctor = Doctor(
    options: options, environment: environment, schemas: SchemaStore(environment: environment),
    notices: ConnectionNotices(console), asksPassword: console.isInteractive
  ) { finding in
    if options.output == .text { _ = console.write(Array(finding.lines.utf8)) }
  }
  await doctor.examine()
  if Task.isCancelled { return 0 }
  let (findings, status) = (doctor.findings, doctor.status)
  switch options.output {
  case .json:
    console.write(
      json: [
        "address": doctor.shownAddress.map { .string($0) } ?? .null, "status": .number(JSONNumber(Int(status))),
        "findings": .array(JSONArray(findings.map(\.json))),
      ])
  case .text:
    let failed = findings.filter { $0.verdict == .failed }.count
    let warned = findings.filter { $0.verdict == .warning }.count
    _ = console.write(Array(summary(failed, warned).utf8))
  }
  return status
}

private func summary(_ failed: Int, _ warned: Int) -> String {
  guard failed + warned > 0 else { return "no problems found\n" }
  let warnings = "\(warned) warning\(warned == 1 ? "" : "s")"
  guard failed > 0 else { return "no step failed, \(warnings)\n" }
  return "\(failed) step\(failed == 1 ? "" : "s") failed" + (warned > 0 ? ", \(warnings)\n" : "\n")
}
