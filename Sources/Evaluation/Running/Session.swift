public import Bulk
public import Client
public import JSONRPC
public import LearnedSchema
public import Language
import Synchronization
import Values

/// A session of a prompt or of a batch run, with its connections, clients, variables and settings.
public final class Session: Sendable {
  /// The options of a session, which the program sets, mostly from its command line.
  public struct Options: Sendable {
    /// The arguments after FILE on the command line, which the variable `args` contains.
    public var arguments: [String] = []
    /// The values of the options `--var NAME=VALUE`, with the names as keys.
    public var variables: [String: String] = [:]
    /// The environment variables, which the function `env` reads.
    public var environment: [String: String] = [:]
    /// How the user confirms bulk changes: by answers to questions, by `--yes`, or by `--yes=N` for up to N elements.
    public var confirmed: RunWideSafeguards.ConfirmationMode = .asked
    /// Whether the program can ask questions: standard input and standard error are terminals.
    public var isInteractive = false
    /// Whether the terminal can move its cursor, so that `watch` can draw its output over the previous output.
    public var canRedraw = false
    /// Whether the run shows changes instead of sending them (the option `--dry-run`).
    public var isDryRun = false
    /// The connections with `guard: "confirm"` to which `--yes=N` applies, by name or address (the option `--guarded`).
    public var opened: Set<String> = []
    /// The name of the pool of workers for bulk changes without the option `workers:`; nil for no pool.
    public var workers: String?
    /// The reason for the run, which the program writes to journals and reports (the option `--reason`).
    public var reason: String?
    /// The command line of the run, such as `retort migrate.retort`, for journals; nil at the prompt.
    public var command: String?
    /// Whether the session shows the summaries of changes as lines of JSON (the option `--summary json`).
    public var summarizesAsJSON = false
    /// The report to which the session adds each statement (the option `--report`); nil if there is no report.
    public var report: RunReportFile?
    /// Whether the session shows no progress (the option `--quiet`).
    public var isQuiet = false
    /// Whether a summary shows the speed of the changes, if they took at least ten seconds in total.
    public var showsSpeed = true
    /// Whether the session sends no requests, and prints no results.
    public var isOffline = false
    /// Whether the stage `sh` may run programs (the option `--allow-sh`).
    public var allowsShell = false
    /// The default format of results; nil for tables at a terminal and lines of JSON elsewhere.
    public var format: ResultFormat?
    /// The session's timeout of a request; nil for no limit.
    ///
    /// A timeout that the call or the client sets has precedence.
    public var timeout: Duration? = .seconds(5)
    /// The renderer that converts errors to text.
    public var renderer = DiagnosticRenderer()

    /// Creates options with their default values.
    public init() {}
  }

  /// The functions and objects with which a session uses the terminal, connections and stored data.
  public struct SessionCallbacks: Sendable {
    /// A function that opens a connection to a URI.
    public var open: @Sendable (_ uri: String) async throws(LinkError) -> any ServiceLink
    /// A function that shows a text and its newline on standard error.
    ///
    /// At a terminal, the function replaces control characters with escapes.
    public var note: @Sendable (String) -> Void
    /// A function that shows a text on standard error, and keeps the control sequences in the text, such as colors.
    ///
    /// The caller has already replaced the control characters that come from data.
    public var draw: @Sendable (String) -> Void
    /// A function that shows the progress line, or removes the line if its argument is nil.
    ///
    /// The function is nil if standard error is not a terminal.
    public var status: (@Sendable (String?) -> Void)?
    /// A function that makes the run reachable for the program `retort ctl` at other terminals.
    ///
    /// The session calls the function before the run's first change, or in the first statement that takes longer than a
    /// second.
    public var control: (@Sendable (RemoteRunControl) -> Void)?
    /// A function that opens a pool of workers for a statement; nil if the program has no pools.
    public var pool: (@Sendable (PooledStatementSettings) async throws(ClientError) -> any ChangeCarrier)?
    /// A function that asks a question at the terminal and returns the answer; nil if there is no terminal.
    public var ask: (@Sendable (String) async -> String?)?
    /// The trace of requests and replies for the option `--trace`; nil if the option is missing.
    public var trace: Trace?
    /// The register that receives late replies to changes; nil if there is no register.
    public var lateReplies: LateReplies?
    /// The pages of the command `help`.
    public var help: HelpPages
    /// A function that starts the pager for results that are taller than the screen; nil if there is no pager.
    public var pager: (@Sendable () -> Pager?)?
    /// A function that puts a statement on the next line of the prompt for editing; nil if there is no prompt.
    public var edit: (@Sendable (String) -> Void)?
    /// The store of the schemas that the session learns from replies.
    public var schemas: SchemaStore
    /// A function that returns the identity of a URI, by which `connect` finds an open connection.
    public var identity: @Sendable (_ uri: String) -> ConnectionIdentity = { ConnectionIdentity(address: $0) }
    /// A function that returns the current width of the terminal for notes, in columns.
    ///
    /// The function is nil if notes do not go to a terminal.
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

  /// The pages of the command `help`, which the program makes from the declarations of commands and stages.
  public struct HelpPages: Sendable {
    /// A function that returns the page for the words after `help`; nil if no page matches.
    ///
    /// Its second argument is the width of the terminal that shows the page; nil for no terminal.
    public var page: @Sendable ([String], Int?) -> String?
    /// A function that returns every word that has a page.
    public var topics: @Sendable () -> [String]

    /// Creates pages; without arguments, no word has a page.
    public init(
      page: @escaping @Sendable ([String], Int?) -> String? = { _, _ in nil },
      topics: @escaping @Sendable () -> [String] = { [] }
    ) {
      self.page = page
      self.topics = topics
    }
  }

  /// The mutable state of a session.
  struct SessionState {
    var connections: [ConnectionValue] = []
    /// The identities of the connections' URIs, by the serial number of the connection.
    var identities: [Int: ConnectionIdentity] = [:]
    /// The values of the option `--guarded` that are the name or address of a connection of this run.
    var matchedGuarded: Set<String> = []
    var clients: [ClientValue] = []
    /// The carriers that send the changes of running statements in place of a client, by serial number.
    var carriers: [Int: any ChangeCarrier] = [:]
    var nextSerial = 1
    var format: ResultFormat?
    var inFlight = 16
    var showsTiming = false
    /// Whether the session stores values and ids from replies when the program ends (`set learn-values:`).
    var learnsValues = false
    /// Whether the prompt shows only the history of the working directory (`set history:`).
    var takesHistoryOfDirectory = false
    /// The total time for which the user has read results in the pager.
    var readingTime = Duration.zero
    /// The state of the top-level statement that is running.
    var statement: StatementConsentsAndOutcomes
    /// The running bulk changes that write a journal file.
    var journaled: [(label: String, journal: Journal)] = []
    /// The paths of the journal files that this run has completed.
    var completedJournals: [String] = []
    /// Whether the run had a partial failure.
    ///
    /// There are two kinds of partial failure: a bulk change that continued after failures, and an `each` with a
    /// journal file whose iterations have unknown outcomes.
    var hasPartialFailure = false
    /// The slot numbers of the top level's variables, by name.
    var names: [String: Int] = [:]
    /// The statements that the session has run, which the command `save` writes.
    var entered = EnteredStatements()
    /// How often statements have read a file, by its path with all symbolic links resolved.
    var readCounts: [String: Int] = [:]
    /// The files that can be read only once, and that were read.
    var readOnce = ReadOnceFiles()
  }

  /// The options that apply to the whole session, such as `--dry-run`.
  public let options: Options
  /// The output for results.
  public let output: ResultOutput
  let host: SessionCallbacks
  let timeout: SessionTimeout
  /// The safeguards of the whole run: the way to confirm destructions, the limits, and the open streams.
  let account: RunWideSafeguards
  /// The carrier of dry runs, which answers changes without sending them, and stores the created resources.
  let dryRun = DryRunCarrier()
  /// The detector of queues that lose their consumer while the session creates resources through them.
  let consumers = QueueConsumerLossDetector()
  /// The progress of the session's statements.
  let progress: SessionProgressDisplay
  /// The limit with which the session's statements ask one question at a time.
  let questions = ConcurrencyLimit(1)
  /// The keys of the resources that sequences such as `upsert` change.
  let sequences = ExclusiveKeys()
  /// The tasks that continue after the first Ctrl-C.
  let unfinished = InterruptShieldedTasks()
  let state: Mutex<SessionState>

  /// Creates a session.
  public init(options: Options, output: ResultOutput, host: SessionCallbacks) {
    self.options = options
    self.output = output
    self.host = host
    timeout = SessionTimeout(options.timeout)
    account = RunWideSafeguards(options.confirmed, control: RemoteRunControl(open: host.control))
    progress = SessionProgressDisplay(options, host, account.control)
    var state = SessionState(statement: StatementConsentsAndOutcomes(account))
    state.format = options.format
    self.state = Mutex(state)
  }

  /// The executor for tasks that send requests: the thread of the open connection.
  ///
  /// The value is nil if no connection or several connections are open.
  var linkExecutor: (any TaskExecutor)? {
    state.withLock { $0.connections.count == 1 ? $0.clients.first?.client.taskExecutor : nil }
  }

  /// Whether the user types the session's statements at the prompt.
  var isPrompt: Bool { options.isInteractive && options.command == nil }

  /// Whether an open connection has `guard: "confirm"`.
  public var isGuarded: Bool { state.withLock { $0.connections.contains { $0.protection == .confirm } } }

  /// Shows a note about the changes in flight; returns false if no change is in flight.
  public func stop() -> Bool {
    let count = state.withLock { state in
      state.clients.reduce(0) { $0 + $1.client.activity.changesInFlight }
        + state.carriers.values.reduce(0) { $0 + $1.inFlight }
    }
    if count > 0 {
      let replies = count == 1 ? "1 reply" : "\(count) replies"
      note("stopping: waiting for \(replies); press Ctrl-C again to stop immediately")
    }
    return count > 0
  }

  /// The message that the session shows after a second Ctrl-C has ended the wait for replies.
  public static let forced = "stopped immediately; requests in flight may have been carried out"

  /// Ends the wait for all replies; the outcomes of the changes in flight are then unknown.
  public func abandon() {
    note(Self.forced)
    unfinished.cancel()
    for client in state.withLock(\.clients) { client.client.abandon() }
    for carrier in state.withLock(\.carriers).values { carrier.abandon() }
  }

  /// Whether the prompt shows only the history of the working directory (`set history:`).
  public var takesHistoryOfDirectory: Bool { state.withLock(\.takesHistoryOfDirectory) }

  /// Stores the learned schemas in files.
  ///
  /// - Returns: The reason for the first failure to store a schema; nil if there is no failure.
  public func keepLearned() -> String? { host.schemas.save(withValues: state.withLock(\.learnsValues)) }

  /// Closes all connections of the session.
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
