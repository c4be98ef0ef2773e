public import Bulk
public import Client
public import JSONRPC
public import LearnedSchema
public import Language
import Synchronization
import Values

/// What a prompt or a batch works with: connections, clients, variables and settings.
public final class Session: Sendable {
  /// How a session is set up by the program.
  public struct Options: Sendable {
    /// The arguments after FILE.
    public var arguments: [String] = []
    /// `--var NAME=VALUE`.
    public var variables: [String: String] = [:]
    /// The environment, for `env`.
    public var environment: [String: String] = [:]
    /// Whether `--yes` stands for every confirmation, and for how many elements at most.
    public var confirmed: RunAccount.Confirmation = .asked
    /// Whether questions can be asked: standard input and error are terminals.
    public var isInteractive = false
    /// Whether changes are shown and not sent: `--dry-run`.
    public var isDryRun = false
    /// The guarded connections that `--yes=N` opens, by name or address: `--guarded`.
    public var opened: Set<String> = []
    /// Why the run is made, for journals and reports: `--reason`.
    public var reason: String?
    /// The command that runs the session, for journals: `retort migrate.retort`; nil at the prompt.
    public var command: String?
    /// Whether the summaries of changes are lines of JSON: `--summary json`.
    public var summarizesAsJSON = false
    /// What the run did, for `--report`; nil if none is written.
    public var report: RunReport?
    /// Whether no progress is shown: `--quiet`.
    public var isQuiet = false
    /// Whether a summary says how fast the changes were, if they took a while.
    public var showsSpeed = true
    /// Whether nothing is sent, so that a pipeline's result is not worth printing.
    public var isOffline = false
    /// Whether `sh` may run programs: `--allow-sh`.
    public var allowsShell = false
    /// The format results are printed in, where nothing else is said.
    public var format: Format?
    /// How long requests wait where neither call nor client says.
    public var timeout: Duration? = .seconds(5)
    /// Draws errors.
    public var renderer = Renderer()

    /// Creates the usual options.
    public init() {}
  }

  /// What the program lends a session.
  public struct SessionHost: Sendable {
    /// Opens the connection of a URI.
    public var open: @Sendable (_ uri: String) async throws(LinkError) -> any Link
    /// Shows text on standard error, with its newline; a terminal gets what would steer it as escapes.
    public var note: @Sendable (String) -> Void
    /// Shows text with control sequences of the program's own on standard error; the data in it is visible already.
    public var draw: @Sendable (String) -> Void
    /// Shows how far a statement is on a line of its own, nil removes it; nil if standard error is no terminal.
    public var status: (@Sendable (String?) -> Void)?
    /// Lets other terminals reach the bulk changes of the run; called when the first of them begins, and again.
    public var control: (@Sendable (RunControl) -> Void)?
    /// Asks a question at the terminal; nil where it can't be asked.
    public var ask: (@Sendable (String) async -> String?)?
    /// Shows what the program was asked to trace.
    public var trace: Trace?
    /// Remembers the changes whose reply did not come in time.
    public var lateReplies: LateReplies?
    /// What `help` prints.
    public var help: HelpPages
    /// Starts the pager of results that are taller than the screen; nil where there is none.
    public var pager: (@Sendable () -> Pager?)?
    /// Puts a statement on the next line of the prompt, to be edited; nil where there is none.
    public var edit: (@Sendable (String) -> Void)?
    /// What replies have shown of resource types.
    public var schemas: SchemaStore

    /// Creates a host.
    public init(
      open: @escaping @Sendable (String) async throws(LinkError) -> any Link,
      note: @escaping @Sendable (String) -> Void, draw: (@Sendable (String) -> Void)? = nil,
      status: (@Sendable (String?) -> Void)? = nil,
      ask: (@Sendable (String) async -> String?)? = nil,
      trace: Trace? = nil, lateReplies: LateReplies? = nil, help: HelpPages = HelpPages(),
      pager: (@Sendable () -> Pager?)? = nil,
      edit: (@Sendable (String) -> Void)? = nil, schemas: SchemaStore = SchemaStore(directory: nil)
    ) {
      self.open = open
      self.note = note
      self.draw = draw ?? note
      self.status = status
      self.ask = ask
      self.trace = trace
      self.lateReplies = lateReplies
      self.help = help
      self.pager = pager
      self.edit = edit
      self.schemas = schemas
    }
  }

  /// The pages of `help`, which are made from the declarations above this module.
  public struct HelpPages: Sendable {
    /// The page for some words, or nil where there is none.
    public var page: @Sendable ([String]) -> String?
    /// Every word that has a page.
    public var topics: @Sendable () -> [String]

    /// Creates pages; none by default.
    public init(
      page: @escaping @Sendable ([String]) -> String? = { _ in nil },
      topics: @escaping @Sendable () -> [String] = { [] }
    ) {
      self.page = page
      self.topics = topics
    }
  }

  /// What changes while a session lasts.
  struct State {
    var connections: [ConnectionValue] = []
    /// The URI that each connection was opened with, by its number.
    var uris: [Int: String] = [:]
    var clients: [ClientValue] = []
    var nextSerial = 1
    var format: Format?
    var inFlight = 16
    var showsTiming = false
    /// Whether values and ids of replies are kept when the program ends.
    var learnsValues = false
    /// Whether the prompt's history is that of the working directory.
    var takesHistoryOfDirectory = false
    /// How long a person has read in the pager.
    var readingTime = Duration.zero
    /// The account of the outermost statement that runs.
    var statement: StatementAccount
    /// Whether a sink or `destroy-all` that had sent something ended with failures.
    var hasPartialFailure = false
    /// The variables of the top level, by name.
    var names: [String: Int] = [:]
    /// Whether standard input was read by a statement.
    var isInputTaken = false
  }

  /// How it was set up.
  public let options: Options
  /// Where results go.
  public let output: Output
  let host: SessionHost
  let timeout: SessionTimeout
  /// The account of the run.
  let account: RunAccount
  /// Shows the changes of dry runs, and keeps what they would have made.
  let dryRun = DryRunCarrier()
  /// Which queues are watched while their creates are in flight.
  let consumers = ConsumerWatches()
  /// The questions that its statements ask.
  let questions = Questions()
  let state: Mutex<State>

  /// Creates a session.
  public init(options: Options, output: Output, host: SessionHost) {
    self.options = options
    self.output = output
    self.host = host
    timeout = SessionTimeout(options.timeout)
    account = RunAccount(options.confirmed)
    var state = State(statement: StatementAccount(account))
    state.format = options.format
    self.state = Mutex(state)
  }

  /// Where many requests at once run best: the connection's own thread, where there is one connection.
  var linkExecutor: (any TaskExecutor)? {
    state.withLock { $0.connections.count == 1 ? $0.clients.first?.client.taskExecutor : nil }
  }

  /// Whether destruction needs a person's consent on any open connection.
  public var isGuarded: Bool { state.withLock { $0.connections.contains { $0.protection == .confirm } } }

  /// Says that what is in flight is waited for; false where nothing is.
  public func stop() -> Bool {
    let count = state.withLock { $0.clients.reduce(0) { $0 + $1.client.activity.changesInFlight } }
    if count > 0 { note("stopping: \(count) in flight; Ctrl-C again to leave at once") }
    return count > 0
  }

  /// What is said where the replies in flight are given up.
  public static let forced = "forced to stop; requests in flight may or may not have been carried out"

  /// Waits no longer for any reply: the changes in flight are unknown.
  public func abandon() {
    note(Self.forced)
    for client in state.withLock(\.clients) { client.client.abandon() }
  }

  /// Whether the prompt's history is that of the working directory: `set history:`.
  public var takesHistoryOfDirectory: Bool { state.withLock(\.takesHistoryOfDirectory) }

  /// Keeps what was learned of resource types.
  ///
  /// - Returns: Why that can't be done, the first time.
  public func keepLearned() -> String? { host.schemas.save(withValues: state.withLock(\.learnsValues)) }

  /// Closes every connection.
  public func close() async {
    let connections = state.withLock { state in
      defer {
        state.connections = []
        state.clients = []
      }
      return state.connections
    }
    for connection in connections { await connection.link.close() }
  }
}
