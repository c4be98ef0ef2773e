import Client
import JSONRPC
public import LearnedSchema
import Synchronization
import Values

extension Session {
  /// The number of requests that an offline session has shown instead of sending them.
  var requestsShown: Int {
    options.isOffline ? state.withLock(\.clients).reduce(0) { $0 + $1.client.activity.answers } : 0
  }

  /// Creates a session for checks and completion; the session opens no connection.
  ///
  /// - Parameters:
  ///   - options: The session's options.
  ///   - output: The output for results, which the session uses only if it runs statements.
  ///   - note: A function that shows text on standard error.
  ///   - draw: A function that shows text with control sequences; by default the same as `note`.
  ///   - help: The pages of `help`.
  ///   - schemas: The schemas learned from replies; by default none.
  /// - Returns: The session.
  public static func offline(
    options: Options = Options(), output: ResultOutput = ResultOutput { _ in true },
    note: @escaping @Sendable (String) -> Void = { _ in }, draw: (@Sendable (String) -> Void)? = nil,
    help: HelpPages = HelpPages(), schemas: SchemaStore = SchemaStore(directory: nil)
  ) -> Session {
    Session(
      options: options, output: output,
      host: SessionCallbacks(
        open: { _ throws(LinkError) in throw LinkError(.closed, "a check opens no connection") }, note: note,
        draw: draw,
        help: help, schemas: schemas))
  }
}
