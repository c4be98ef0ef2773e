import Evaluation
import Formats
import Glibc
import JSONRPC
import Language
import LearnedSchema
import Redaction
import Terminal
import Values

/// Checks the files that retort reads and writes by itself: start files, history and learned schemas.
struct UserFilesCheck {
  let environment: [String: String]

  /// The findings about the files.
  ///
  /// Each file with a problem has its own findings. If no file has a problem, there is one finding, which lists the
  /// files.
  var findings: [DoctorFinding] {
    var (troubles, fine): ([DoctorFinding], [String]) = ([], [])
    let files = StartFiles(environment: environment)
    for path in [files.own, StartFiles.local].compactMap({ $0 }) where Self.mode(of: path) != nil {
      let found = startFile(path, files)
      if found.isEmpty { fine.append(path) } else { troubles += found }
    }
    for path in [HistoryFile(environment: environment)?.path, schemas].compactMap({ $0 }) {
      if let trouble = Self.written(path) { troubles.append(trouble) } else { fine.append(path) }
    }
    let listed = fine.isEmpty ? "no file exists yet" : fine.joined(separator: ", ")
    return troubles + (troubles.isEmpty ? [.ok(.configuration, listed)] : [])
  }

  private var schemas: String? { SchemaStore(environment: environment).directory }

  // MARK: Start files

  private func startFile(_ path: String, _ files: StartFiles) -> [DoctorFinding] {
    let text: String
    do throws(Fault) { text = try TextFile.read(path) } catch {
      return [.failed(.configuration, error.message, error.nextStep, status: 2)]
    }
    var found: [DoctorFinding] = []
    let mode = Self.mode(of: path) ?? 0
    let quoted = ShellWordQuoter.quoted(path)
    if mode & 0o022 != 0 {
      found.append(
        .warning(.configuration, "other users can change \(path), which the prompt runs", "chmod go-w \(quoted)"))
    }
    if mode & 0o044 != 0, Secrets.hidden(in: text) != text {
      found.append(
        .warning(.configuration, "\(path) has a password, and other users can read the file", "chmod 600 \(quoted)"))
    }
    if path == StartFiles.local, !files.trusts(text) {
      found.append(
        .warning(.configuration, "./\(path) is not trusted and does not run", "read the file, then: retort trust"))
    }
    return found + mistakes(in: SourceText(name: path, text: text))
  }

  /// Returns a finding with the first error in a start file, and the number of further errors.
  ///
  /// The result is an empty array if the file has no errors.
  private func mistakes(in source: SourceText) -> [DoctorFinding] {
    let errors = Interpreter(Session.offline()).check(source).diagnostics.filter { $0.diagnostic.severity == .error }
    guard let first = errors.first else { return [] }
    let place = first.source.place(of: first.diagnostic.range.lower)
    let more = errors.count > 1 ? ", and \(errors.count - 1) more" : ""
    return [
      .failed(
        .configuration, "\(first.source.name):\(place.line):\(place.column): \(first.diagnostic.message)\(more)",
        "retort check \(ShellWordQuoter.quoted(source.name)) shows the errors", status: 2)
    ]
  }

  // MARK: Files that retort writes

  /// Returns the problem with a file or directory that retort writes; nil if there is no problem.
  ///
  /// A missing file or directory is no problem, because retort creates it when necessary.
  private static func written(_ path: String) -> DoctorFinding? {
    var existing = path
    while mode(of: existing) == nil, let slash = existing.lastIndex(of: "/"), slash > existing.startIndex {
      existing = String(existing[..<slash])
    }
    guard unsafe access(existing, W_OK) == 0 else {
      let reason = unsafe String(cString: strerror(errno))
      return .warning(
        .configuration, "\(path) can't be written: \(existing): \(reason)",
        "get permission to write there, or set XDG_STATE_HOME to a directory that you own")
    }
    if existing == path, let mode = mode(of: path), mode & 0o077 != 0 {
      return .warning(
        .configuration, "other users can read \(path)", "chmod go-rwx \(ShellWordQuoter.quoted(path))")
    }
    return nil
  }

  /// Returns the permissions of a file; nil if the file does not exist.
  private static func mode(of path: String) -> UInt32? {
    var status = Glibc.stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
  }
}
