internal import Glibc

/// The user's text editor: the command in `VISUAL`, or in `EDITOR` if `VISUAL` is not set, or `vi` by default.
public struct ExternalEditor: Sendable {
  private let command: String

  /// Finds the user's editor in the environment.
  public init(environment: [String: String]) {
    command = ["VISUAL", "EDITOR"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? "vi"
  }

  /// Opens a text in the editor, and returns the saved text; nil if the editor failed.
  ///
  /// The function passes the text to the editor in a temporary file that only the user can read. It then removes the
  /// file.
  ///
  /// - Throws: ``LineEditorError/refused(call:errno:)`` if the file can't be created.
  public func edited(_ text: String) async throws(LineEditorError) -> String? {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/retort-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw .refused(call: "mkdtemp", errno: errno) }
    let directory = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = directory + "/statement.retort"
    defer {
      unlink(path)
      rmdir(directory)
    }
    try Self.write(text.isEmpty ? "" : text + "\n", to: path)
    guard let shell = ForegroundProcess("\(command) \"$1\"", [path]) else { return nil }
    guard await shell.status() == 0 else { return nil }
    var edited = try Self.read(path)
    while edited.last?.isNewline == true { edited.removeLast() }
    return edited
  }

  private static func write(_ text: String, to path: String) throws(LineEditorError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .refused(call: "open", errno: errno) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw .refused(call: "write", errno: errno)
    }
  }

  private static func read(_ path: String) throws(LineEditorError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .refused(call: "open", errno: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = Glibc.read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
