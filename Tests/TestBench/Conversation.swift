public import Evaluation
import Handbook
import Foundation
public import JSONRPC
import Language
import Synchronization

/// A session like the prompt's, without a terminal: runs statements one by one and returns the output of each.
///
/// The texts are the same in every environment: addresses become `embedded:blog`, the directory `DIR`, and ids that the
/// client makes for its messages `ID`.
public final class Conversation: Sendable {
  private let interpreter: Interpreter
  private let session: Session
  private let recorded = Recorded()
  private let address: String
  private let directory: String

  /// The output since the last call.
  private final class Recorded: Sendable {
    let output = Mutex<[UInt8]>([])
    let errors = Mutex("")
  }

  /// Begins a session.
  ///
  /// - Parameters:
  ///   - address: the replacement of `embedded:blog` in statements: the same, or the URI of a vhost.
  ///   - directory: a separate directory, which statements read as `env("DIR")`.
  ///   - knowsTypes: whether an embedded service's schema is known before its replies, unlike a broker's.
  ///   - open: opens the connection of a URI.
  public init(
    address: String, directory: String, knowsTypes: Bool = true,
    open: @escaping @Sendable (_ uri: String) async throws(LinkError) -> any ServiceLink
  ) {
    signal(SIGPIPE, SIG_IGN)  // as in the program, sh may stop reading early
    self.address = address
    self.directory = directory
    let recorded = recorded
    var options = Session.Options()
    options.allowsShell = true
    (options.showsSpeed, options.isQuiet) = (false, true)  // speed and progress differ between runs
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
        help: Session.HelpPages(page: Help.text, topics: { Help.topics })))
    interpreter = Interpreter(session)
  }

  /// Runs a statement and returns its output.
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

  /// The completions at a position of a text, counted in bytes.
  public func completions(of text: String, at place: Int) -> Completions {
    interpreter.completion(of: text, at: place)
  }

  /// Closes its connections.
  public func close() async { await session.close() }

  private func settled(_ text: String) -> String { Self.settled(text, address: address, directory: directory) }

  /// Replaces what differs between environments: the address, the directory, and the correlation ids.
  public static func settled(_ text: String, address: String, directory: String) -> String {
    text.replacing(address, with: "embedded:blog")
      .replacing(address.prefix { $0 != "?" }.replacing(#/:[^:@/]*@/#, with: "@"), with: "embedded:blog")
      .replacing(directory, with: "DIR")
      .replacing(#/correlation id [-\w]+/#, with: "correlation id ID")
      .replacing(#/completed at [-:.\w]+/#, with: "completed at TIME")
  }
}
