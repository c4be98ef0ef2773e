import Evaluation
import Glibc
import Handbook
import LanguageServer
import LearnedSchema

/// Runs the language server for an editor on standard input and output: `retort lsp`.
///
/// - Returns: 0 if the editor ended the session with `shutdown` and `exit`, otherwise 1.
func languageServer(_ words: [String], _ console: Console, _ environment: [String: String]) -> Int32 {
  guard words.isEmpty || words == ["--stdio"] else {
    if console.showsUsage("retort lsp [--stdio]", for: words) { return 0 }
    console.note(
      "error: retort lsp takes no arguments\n  = an editor starts retort lsp; retort help lsp explains how\n")
    return 2
  }
  var options = Session.Options()
  options.environment = environment
  let session = Session.offline(
    options: options, help: Session.HelpPages(page: Help.text(_:columns:), topics: { Help.topics }),
    schemas: SchemaStore(environment: environment))
  let editor = EditorSession(session, version: version)
  var frames = MessageFrameReader()
  var piece = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe read(0, &piece, piece.count)
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return editor.exitStatus ?? 1 }
    for frame in frames.add(Array(piece[..<count])) {
      guard send(editor.replies(to: frame)) else { return 1 }
      if let status = editor.exitStatus { return status }
    }
  }
}

private func send(_ bodies: [[UInt8]]) -> Bool {
  bodies.allSatisfy { Console.write(MessageFrameReader.framed($0), to: 1) }
}

extension EditorSession {
  /// Handles a frame of the input, and returns the bodies of the messages to send to the editor.
  fileprivate func replies(to frame: MessageFrameReader.Frame) -> [[UInt8]] {
    switch frame {
    case .body(let body): receive(body)
    case .malformed(let reason): [malformed(reason)]
    }
  }
}
