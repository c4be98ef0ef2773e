import Evaluation
import Formats
import Glibc
import Language
import Terminal
import Values

/// The files that the prompt runs when it starts.
///
/// The first file is `retort/rc.retort` in the XDG configuration directory
/// (https://specifications.freedesktop.org/basedir-spec/latest/). The second file is `.retortrc` in the working
/// directory. The prompt runs this file only if the user trusts its text.
struct StartFiles {
  /// The name of the start file in a working directory.
  static let local = ".retortrc"

  let environment: [String: String]

  /// The path of the user's own start file, `rc.retort`; nil if its directory is unknown.
  var own: String? {
    if let base = environment["XDG_CONFIG_HOME"], base.hasPrefix("/") { return base + "/retort/rc.retort" }
    return environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.config/retort/rc.retort" : nil }
  }

  /// Returns the texts of the start files that the prompt may run, in order.
  ///
  /// - Parameter note: Called with the reason if the prompt must not run a file.
  /// - Returns: The text of the user's own file, and the text of `.retortrc` if the user trusts it.
  func texts(note: (String) -> Void) -> [SourceText] {
    var texts: [SourceText] = []
    for path in [own, Self.local].compactMap({ $0 }) where Self.exists(path) {
      do throws(Fault) {
        let text = try TextFile.read(path)
        guard path != Self.local || isTrusted(text, note) else {
          note("note: ./\(path) is not trusted and was not run; read it, then type trust, or run retort trust\n")
          continue
        }
        texts.append(SourceText(name: path, text: text))
      } catch { note("error: \(error.message)\n") }
    }
    return texts
  }

  private static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Whether the user trusts the given text of the start file in the working directory.
  func trusts(_ text: String) -> Bool { isTrusted(text) { _ in } }

  private func isTrusted(_ text: String, _ note: (String) -> Void) -> Bool {
    do throws(LineEditorError) {
      return try FilesTrustedByUser(environment: environment)?.contains(Self.resolved(Self.local), text) ?? false
    } catch {
      note("error: \(error)\n")
      return false
    }
  }

  /// Records that the user trusts a file with its current text.
  ///
  /// - Returns: The text of the file.
  /// - Throws: A `file` error.
  func trust(_ path: String) throws(Fault) -> SourceText {
    let text = try TextFile.read(path)
    guard let trusted = FilesTrustedByUser(environment: environment) else {
      throw Fault(.file, "no directory is known for the list of trusted files", nextStep: "set HOME or XDG_STATE_HOME")
    }
    do throws(LineEditorError) { try trusted.add(Self.resolved(path), text) } catch {
      throw Fault(.file, "\(error)")
    }
    return SourceText(name: path, text: text)
  }

  private static func resolved(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}

/// Records that the user trusts the given files: `retort trust [FILE ...]`.
///
/// - Returns: The exit status of the program.
func trust(_ files: [String], _ console: Console, _ environment: [String: String]) -> Int32 {
  if console.showsUsage("retort trust [FILE ...]", for: files) { return 0 }
  if let option = files.first(where: { $0.hasPrefix("-") }) {
    console.note("error: retort trust needs files, not \(option)\n  = retort trust .retortrc\n")
    return 2
  }
  for file in files.isEmpty ? [StartFiles.local] : files {
    do throws(Fault) {
      _ = try StartFiles(environment: environment).trust(file)
      console.note("trusted \(file)\n")
    } catch {
      console.note(error)
      return 2
    }
  }
  return 0
}
