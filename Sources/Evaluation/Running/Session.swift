public import Bulk
public import Client
public import JSONRPC
public import LearnedSchema
public import Language
import Synchronization
import Values

/// A session of a prompt or a batch: connections, clients, variables and settings.
public final class Session: Sendable {
  /// The options of a session, which the program sets.
  public struct Options: Sendable {
    /// The arguments after FILE.
    public var arguments: [String] = []
    /// The values of the options `--var NAME=VALUE`, by name.
    public var variables: [String: String] = [:]
    /// The environment variables, for `env`.
    public var environment: [String: String] = [:]
    /// How bulk changes are confirmed: by questions, by `--yes`, or by `--yes=N` up to a number of elements.
    public var confirmed: RunSafeguards.ConfirmationMode = .asked
    /// Whether questions can be asked, which needs a terminal at standard input and standard error.
    public var isInteractive = false
    /// Whether changes are shown and not sent (the option `--dry-run`).
    public var isDryRun = false
    /// The guarded connections to which `--yes=N` applies, by name or address (the option `--guarded`).
    public var opened: Set<String> = []
    /// The pool of workers for bulk changes without the option `workers:`; nil for no pool.
    public var workers: String?
    /// The reason for the run, which journals and reports contain (the option `--reason`).
    public var reason: String?
    /// The command line that runs the session, such as `retort migrate.retort`, for journals; nil at the prompt.
    public var command: String?
    /// Whether the summaries of changes are lines of JSON (the option `--summary json`).
    public var summarizesAsJSON = false
    /// The results of the run's statements, for `--report`; nil without a report.
    public var report: RunReport?
    /// Whether progress is hidden: `--quiet`.
    public var isQuiet = false
    /// Whether the summary of a statement shows the speed of its changes if they took at least ten seconds in total.
    public var showsSpeed = true
    /// Whether nothing is sent, and results are not printed.
    public var isOffline = false
    /// Whether `sh` may run programs: `--allow-sh`.
    public var allowsShell = false
    /// The default format of results; nil if the output decides.
    public var format: ResultFormat?
    /// The timeout of requests for which neither the call nor the client sets a timeout; nil for no limit.
    public var timeout: Duration? = .seconds(5)
    /// The renderer of errors.
    public var renderer = DiagnosticRenderer()

    /// Creates the default options.
    public init() {}
  }

  /// The functions that the program provides to a session.
  public struct SessionCallbacks: Sendable {
    /// Opens a connection to a URI.
    public var open: @Sendable (_ uri: String) async throws(LinkError) -> any ServiceLink
    /// Shows text with its newline on standard error; on a terminal, control characters become escapes.
    public var note: @Sendable (String) -> Void
    /// Shows text with the program's own control sequences on standard error; its data must already be escaped.
    public var draw: @Sendable (String) -> Void
    /// Shows the progress line, or removes it if the argument is nil.
    ///
    /// The function is nil if standard error is not a terminal.
    public var status: (@Sendable (String?) -> Void)?
    /// Makes the run reachable for `retort ctl` on other terminals; called before its first change, or in the first
    /// statement that takes longer than a second.
    public var control: (@Sendable (RunControl) -> Void)?
    /// Opens a pool of workers for a statement; nil if the program has no pools.
    public var pool: (@Sendable (PooledStatement) async throws(ClientError) -> any ChangeCarrier)?
    /// Asks a question at the terminal; nil without a terminal.
    public var ask: (@Sendable (String) async -> String?)?
    /// The trace of `--trace`.
    public var trace: Trace?
    /// The changes whose reply did not arrive in time.
    public var lateReplies: LateReplies?
    /// The pages of `help`.
    public var help: HelpPages
    /// Starts the pager for results that are taller than the screen; nil without a pager.
    public var pager: (@Sendable () -> Pager?)?
    /// Puts a statement on the next line of the prompt for editing; nil without a prompt.
    public var edit: (@Sendable (String) -> Void)?
    /// The schemas learned from replies.
    public var schemas: SchemaStore
    /// Returns the identity of a URI, by which `connect` finds an open connection.
    public var identity: @Sendable (_ uri: String) -> ConnectionIdentity = { ConnectionIdentity(address: $0) }
    /// The current number of columns of the terminal for notes; nil if notes do not go to a terminal.
    public var columns: (@Sendable () -> Int)?

    /// Creates the callbacks of a session.
    public init(
      open: @escaping @Sendable (String) async throws(LinkError) -> any ServiceLink,
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

  /// The pages of `help`, which a higher module makes from the declarations.
  public struct HelpPages: Sendable {
    /// Returns the page for the words after `help`; nil if no page matches.
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

  /// The mutable state of a session.
  struct SessionState {
    var connections: [ConnectionValue] = []
    /// The identities of the connections, by serial number.
    var identities: [Int: ConnectionIdentity] = [:]
    /// The values of `--guarded` that a connection of the run has matched.
    var matchedGuarded: Set<String> = []
    var clients: [ClientValue] = []
    /// The carriers, by serial number, that send the changes of running statements in place of a client.
    var carriers: [Int: any ChangeCarrier] = [:]
    var nextSerial = 1
    var format: ResultFormat?
    var inFlight = 16
    var showsTiming = false
    /// Whether values and ids of replies are stored when the program ends.
    var learnsValues = false
    /// Whether the prompt's history is limited to the working directory.
    var takesHistoryOfDirectory = false
    /// The total time for which the pager was open.
    var readingTime = Duration.zero
    /// The state of the running outermost statement.
    var statement: StatementSafeguards
    /// The running changes that have a journal.
    var journaled: [(label: String, journal: Journal)] = []
    /// The paths of the journals that were completed in this run.
    var completedJournals: [String] = []
    /// Whether the run had a partial failure.
    ///
    /// It had one if a bulk change continued after failures, or if an `each` with a journal left iterations unknown.
    var hasPartialFailure = false
    /// The slots of the top level's variables, by name.
    var names: [String: Int] = [:]
    /// The statements that were run, for `save`.
    var entered = EnteredStatements()
    /// Whether a statement has read standard input.
    var isInputTaken = false
  }

  /// The options that apply to the whole session, such as `--dry-run`.
  public let options: Options
  /// The output for results.
  public let output: ResultOutput
  let host: SessionCallbacks
  let timeout: SessionTimeout
  /// The state of the whole run: how destroys are confirmed, the limits, and the open streams.
  let account: RunSafeguards
  /// Answers the changes of dry runs without sending them, and keeps the resources that they would create.
  let dryRun = DryRunCarrier()
  /// Watches, while creates are sent to a queue, whether the queue loses its consumer.
  let consumers = QueueConsumerLossDetector()
  /// The progress of the session's statements.
  let progress: SessionProgress
  /// Lets the session's statements ask questions, one at a time.
  let questions = TerminalQuestionLock()
  /// The tasks that the first Ctrl-C lets finish.
  let unfinished = InterruptShieldedTasks()
  let state: Mutex<SessionState>

  /// Creates a session.
  public init(options: Options, output: ResultOutput, host: SessionCallbacks) {
    self.options = options
    self.output = output
    self.host = host
    timeout = SessionTimeout(options.timeout)
    account = RunSafeguards(options.confirmed, control: RunControl(open: host.control))
    progress = SessionProgress(options, host, account.control)
    var state = SessionState(statement: StatementSafeguards(account))
    state.format = options.format
    self.state = Mutex(state)
  }

  /// The executor for many requests: the connection's thread if exactly one connection is open; otherwise nil.
  var linkExecutor: (any TaskExecutor)? {
    state.withLock { $0.connections.count == 1 ? $0.clients.first?.client.taskExecutor : nil }
  }

  /// Whether the session's statements are typed at the prompt.
  var isPrompt: Bool { options.isInteractive && options.command == nil }

  /// Whether any open connection requires a confirmation of destroys.
  public var isGuarded: Bool { state.withLock { $0.connections.contains { $0.protection == .confirm } } }

  /// Shows a note on the changes in flight; returns false if no change is in flight.
  public func stop() -> Bool {
    let count = state.withLock { state in
      state.clients.reduce(0) { $0 + $1.client.activity.changesInFlight }
        + state.carriers.values.reduce(0) { $0 + $1.inFlight }
    }
    if count > 0 { note("stopping: \(count) in flight; press Ctrl-C again to stop immediately") }
    return count > 0
  }

  /// The message after the wait for replies was ended by force.
  public static let forced = "forced to stop; requests in flight may or may not have been carried out"

  /// Ends the wait for every reply; the changes in flight become unknown.
  public func abandon() {
    note(Self.forced)
    unfinished.cancel()
    for client in state.withLock(\.clients) { client.client.abandon() }
    for carrier in state.withLock(\.carriers).values { carrier.abandon() }
  }

  /// Whether the prompt's history is limited to the working directory (`set history:`).
  public var takesHistoryOfDirectory: Bool { state.withLock(\.takesHistoryOfDirectory) }

  /// Stores the learned schemas.
  ///
  /// - Returns: The reason of the first failure; nil on success, and for every failure after the first.
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
