import Bulk
import Glibc
import JSONText
import Redaction

/// Shows or controls the user's running retort processes: `retort ctl [RUN] [status | pause | resume | stop | rate=N]`.
///
/// - Returns: The exit status of the program.
func control(_ words: [String], _ console: Console, _ environment: [String: String]) -> Int32 {
  let usage = "retort ctl [RUN] [status | pause | resume | stop | rate=N | rate=off]"
  if console.showsUsage(usage, for: words) { return 0 }
  let named = words.first.flatMap { pid_t(digits: $0) == nil ? nil : $0 }
  let commands = Array(words.dropFirst(named == nil ? 0 : 1))
  let command = commands.first ?? "status"
  if let problem = misuse(of: words, commands, usage) {
    console.note("error: \(Secrets.hidden(in: problem))\n")
    return 2
  }
  let runs = ControlSocket.directory(environment).map(runs) ?? []
  let chosen = named == nil ? (command == "status" ? runs : changing(runs, environment)) : runs.filter { $0 == named }
  guard !chosen.isEmpty else {
    let problem = named.map {
      "there is no run \(Secrets.hidden(in: $0)) that changes data\n  = retort ctl lists the runs"
    }
    console.note("error: \(problem ?? "there is no run that changes data")\n")
    return 2
  }
  guard command == "status" || chosen.count == 1 else {
    console.note(
      "error: there are \(chosen.count) runs: \(chosen.joined(separator: ", "))\n  = retort ctl RUN \(command)\n")
    return 2
  }
  let statuses = chosen.map { send(command, to: $0, console, environment) }
  return statuses.contains(1) ? 1 : 0
}

/// Returns the error in the arguments of `retort ctl`, with the next step; nil for valid arguments.
///
/// - Parameters:
///   - words: All arguments.
///   - commands: The arguments without the process id of a run.
///   - usage: The syntax of `retort ctl`.
/// - Returns: The message, with the next step on a second line.
private func misuse(of words: [String], _ commands: [String], _ usage: String) -> String? {
  if let word = commands.first, word.hasPrefix("rate="), !isCommand(word) {
    return "rate= takes a whole number of changes per second, such as rate=5, or the word off, "
      + "not '\(word.dropFirst(5))'\n  = \(usage)"
  }
  if commands.count == words.count, let word = words.first, !isCommand(word), words.count == 1 || isCommand(words[1]) {
    return "'\(word)' is neither a run nor a command\n  = retort ctl lists the runs with their process ids; \(usage)"
  }
  guard commands.count < 2, isCommand(commands.first ?? "status") else {
    return "retort ctl does not know '\(words.joined(separator: " "))'\n  = \(usage)"
  }
  return nil
}

/// Sends a command to a run, and writes the reply.
///
/// - Returns: 1 if the run does not answer, otherwise 0.
private func send(_ command: String, to run: String, _ console: Console, _ environment: [String: String]) -> Int32 {
  guard let process = pid_t(run), let answer = ControlSocket.of(process, environment)?.ask(command) else { return 0 }
  if answer.isEmpty {
    console.note(
      "error: the run \(run) does not answer\n  = the run may be suspended; kill -CONT \(run) continues it\n")
  }
  let lines = answer.split(separator: "\n").map { "\(run): \(TerminalSafeText.message(String($0)))\n" }
  _ = console.write(Array(lines.joined().utf8))
  return answer.isEmpty ? 1 : 0
}

/// Returns the given runs that are changing data, or all given runs if no run is changing data.
private func changing(_ runs: [String], _ environment: [String: String]) -> [String] {
  guard runs.count > 1 else { return runs }
  let changing = runs.filter { run in
    let status = pid_t(run).flatMap { ControlSocket.of($0, environment)?.ask("status") }
    return status?.hasPrefix(RemoteRunControl.idleStatus) == false
  }
  return changing.isEmpty ? runs : changing
}

private func isCommand(_ word: String) -> Bool {
  if ["status", "pause", "resume", "stop", "rate=off"].contains(word) { return true }
  return word.hasPrefix("rate=") && Int(digits: word.dropFirst(5)).map { $0 > 0 } ?? false
}

/// Returns the process ids of all runs that have a socket.
///
/// The function also removes the sockets of runs that were killed.
private func runs(in directory: String) -> [String] {
  guard let entries = unsafe opendir(directory) else { return [] }
  defer { unsafe closedir(entries) }
  var runs: [String] = []
  while let entry = unsafe readdir(entries) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    guard pid_t(name) != nil else { continue }
    let path = "\(directory)/\(name)"
    if ControlSocket(path: path).isServed { runs.append(name) } else if errno == ECONNREFUSED { unsafe unlink(path) }
  }
  return runs.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
}
