public import Evaluation
import Handbook
import Foundation
public import JSONRPC
import Language
import Synchronization

/// A session like that of the prompt, but without a terminal: a test runs statements and gets the output of each.
///
/// The output is the same in every environment. The session replaces the address of the service by `embedded:blog`, and
/// the directory by `DIR`. It replaces correlation ids by `ID`, and the times of completed journals by `TIME`.
public final class Conversation: Sendable {
  private let interpreter: Interpreter
  private let session: Session
  private let recorded = Recorded()
  private let address: String
  private let directory: String

  /// The output of the session since the last call of `say`.
  private final class Recorded: Sendable {
    let output = Mutex<[UInt8]>([])
    let errors = Mutex("")
  }

  /// Begins a session.
  ///
  /// - Parameters:
  ///   - address: The address that replaces `embedded:blog` in statements: `embedded:blog` or the URI of a vhost.
  ///   - directory: A directory for this session, which statements read as `env("DIR")`.
  ///   - knowsTypes: Whether the session knows the schema of an embedded service before the first reply. A session
  ///     never knows the schema of a service on a broker in advance.
  ///   - open: Opens the connection for a URI.
  public init(
    address: String, directory: String, knowsTypes: Bool = true,
    open: @escaping @Sendable (_ uri: String) async throws(LinkError) -> any ServiceLink
  ) {
    signal(SIGPIPE, SIG_IGN)  // the program also ignores this signal, because sh can stop reading early
    self.address = address
    self.directory = directory
    let recorded = recorded
    var options = Session.Options()
    options.allowsShell = true
    (options.showsSpeed, options.isQuiet) = (false, true)  // speed and progress are not the same in each run
    options.timeout = .seconds(60)
    options.environment = ["DIR": directory, "HOME": directory]
    let output = ResultOutput { bytes in
      recorded.output.withLock { $0 += bytes }
      return true
    }
    session = Session(
      options: options, output: output,
      host: Session.SessionCallbacks(
        open: { uri async throws(LinkError) in
          let link = try await open(uri)
          return knowsTypes ? link : UnknownTypesLink(link: link)
        }, note: { text in recorded.errors.withLock { $0 += text } },
        help: Session.HelpPages(page: Help.text(_:columns:), topics: { Help.topics })))
    interpreter = Interpreter(session)
  }

  /// Runs a statement, and returns the output of the statement.
  public func say(_ statement: String) async -> Transcript.Reply {
    let text = statement.replacing("embedded:blog", with: address)
    _ = await interpreter.run(SourceText(name: "prompt", text: text), isTyped: true)
    session.output.flush()
    let output = recorded.output.withLock { bytes in
      defer { bytes = [] }
      return String(decoding: bytes, as: UTF8.self)
    }
    let errors = recorded.errors.withLock { text in
      defer { text = "" }
      return text
    }
    return Transcript.Reply(output: settled(output), errors: settled(errors))
  }

  /// Returns the completions at a position of a text; `place` is the number of bytes before the position.
  public func completions(of text: String, at place: Int) -> CompletionResult {
    interpreter.completion(of: text, at: place)
  }

  /// Closes the connections of the session.
  public func close() async { await session.close() }

  private func settled(_ text: String) -> String { Self.settled(text, address: address, directory: directory) }

  /// Replaces the parts of an output that are not the same in each environment: address, directory, ids and times.
  public static func settled(_ text: String, address: String, directory: String) -> String {
    text.replacing(address, with: "embedded:blog")
      .replacing(address.prefix { $0 != "?" }.replacing(#/:[^:@/]*@/#, with: "@"), with: "embedded:blog")
      .replacing(directory, with: "DIR")
      .replacing(#/correlation id [-\w]+/#, with: "correlation id ID")
      .replacing(#/completed at [-:.\w]+/#, with: "completed at TIME")
  }
}
