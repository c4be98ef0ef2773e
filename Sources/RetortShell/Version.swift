import AMQP
import CBuild
import APIServer
import Terminal
import Values

/// The program's version.
public let version = "0.1.0"

/// The text of `retort --version`: the versions of the program and of its libraries, and the commit of the build.
var versionText: String {
  let commit = unsafe String(cString: retort_build_commit())
  let parts = [
    ("commit", commit.isEmpty ? "unknown" : commit), ("Swift", compilerVersion),
    ("librabbitmq", Connection.libraryVersion), ("readline", LineEditor.libraryVersion),
    ("SQLite", ResourceService.sqliteVersion), ("PCRE2", RegexValue.libraryVersion),
  ]
  return "retort \(version)\n" + parts.map { "\($0.0) \($0.1)\n" }.joined()
}

private var compilerVersion: String {
  #if compiler(>=6.4)
    "6.4 or later"
  #elseif compiler(>=6.3)
    "6.3"
  #else
    "6.2"
  #endif
}
