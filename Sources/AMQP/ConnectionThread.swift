import CRabbitMQ
import Glibc
import Synchronization

/// A thread that owns a connection's socket and is the executor of the connection's actor.
///
/// A ``ConnectionTaskExecutor`` runs other tasks on the same thread.
///
/// In a loop, the thread runs the enqueued jobs, calls a function of the connection, and waits for the socket or a
/// wake-up.
final class ConnectionThread: SerialExecutor {
  /// The events that the thread waits for: the socket is readable or writable, or the time is over.
  struct AwaitedSocketEvents {
    var socket: Int32 = -1
    var wantsToWrite = false
    /// The maximum time to wait, in milliseconds; negative for no limit.
    var timeout: Int32 = -1
  }

  /// A job of the actor, or of a task on this thread's task executor.
  private struct QueuedJob {
    let content: UnownedJob
    let executor: UnownedTaskExecutor?
  }

  private struct QueuedJobsAndCommands {
    var jobs: [QueuedJob] = []
    var orders: [ClientCommand] = []
    var isStopped = false
    /// Whether the thread waits for events, or is about to wait.
    ///
    /// If true, new work must wake the thread.
    var isAsleep = false
  }

  private let state = Mutex(QueuedJobsAndCommands())
  private let event = retort_eventfd()
  /// The thread's id; 0 before the thread runs.
  private let current = Atomic<pthread_t>(0)
  /// The function that the thread calls between jobs.
  ///
  /// The closure is in a struct, because a mutex would wrap a bare closure in another closure at each access.
  private let turn = Mutex<TurnFunction?>(nil)

  private struct TurnFunction {
    let body: @Sendable (Bool) -> AwaitedSocketEvents
  }

  init() throws(AMQPClientError) {
    guard event >= 0 else { throw AMQPClientError(.unreachable, "no file descriptor is left for a connection") }
  }

  deinit { close(event) }

  /// Starts the thread, which retains this object until the thread ends.
  func start() throws(AMQPClientError) {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(self)
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<ConnectionThread>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      throw AMQPClientError(.unreachable, "no thread is left for a connection")
    }
    pthread_detach(thread)
  }

  /// Sets the function that the thread calls between jobs.
  ///
  /// `mayRead` is true if the socket may be readable.
  func attach(_ body: @escaping @Sendable (_ mayRead: Bool) -> AwaitedSocketEvents) {
    turn.withLock { $0 = TurnFunction(body: body) }
  }

  /// Makes the thread end after it has run the enqueued jobs.
  func stop() {
    state.withLock { $0.isStopped = true }
    turn.withLock { $0 = nil }
    retort_signal_eventfd(event)
  }

  /// Enqueues a job of the actor.
  func enqueue(_ job: consuming ExecutorJob) { enqueue(QueuedJob(content: UnownedJob(job), executor: nil)) }

  /// Enqueues a job of a task that runs on an executor of this thread.
  func enqueue(_ job: consuming ExecutorJob, of executor: UnownedTaskExecutor) {
    enqueue(QueuedJob(content: UnownedJob(job), executor: executor))
  }

  private func enqueue(_ job: QueuedJob) {
    let mustWake = state.withLock { state in
      state.jobs.append(job)
      defer { state.isAsleep = false }
      return state.isAsleep
    }
    if mustWake { retort_signal_eventfd(event) }
  }

  /// Queues a command for the next pass of the thread's loop.
  ///
  /// The function can be called on any thread.
  func post(_ order: ClientCommand) {
    let mustWake = state.withLock { state in
      state.orders.append(order)
      defer { state.isAsleep = false }
      return state.isAsleep
    }
    if mustWake { retort_signal_eventfd(event) }
  }

  /// Removes and returns the queued commands.
  func takeOrders() -> [ClientCommand] {
    state.withLock { state in
      guard !state.orders.isEmpty else { return [] }
      defer { state.orders = [] }
      return state.orders
    }
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  /// Whether the caller runs on this thread.
  var isCurrent: Bool { current.load(ordering: .relaxed) == pthread_self() }

  func checkIsolated() { precondition(isCurrent, "not on the connection's thread") }

  /// The maximum number of batches of enqueued jobs that run before the thread calls the connection's function.
  ///
  /// A batch consists of the jobs that were enqueued while the previous batch ran.
  private static let rounds = 16

  private func run() {
    current.store(pthread_self(), ordering: .relaxed)
    var jobs: [QueuedJob] = []
    var mayRead = true
    while true {
      var rounds = 0
      repeat {
        let isStopped = state.withLock { state in
          swap(&state.jobs, &jobs)
          return state.isStopped && jobs.isEmpty
        }
        if isStopped { return }
        for job in jobs {
          if let executor = job.executor {
            job.content.runSynchronously(on: executor)
          } else {
            job.content.runSynchronously(on: asUnownedSerialExecutor())
          }
        }
        rounds = jobs.isEmpty ? Self.rounds : rounds + 1
        jobs.removeAll(keepingCapacity: true)
      } while rounds < Self.rounds
      let current = turn.withLock { $0 }
      mayRead = sleep(current?.body(mayRead) ?? AwaitedSocketEvents())
    }
  }

  /// Waits for the socket or a wake-up; returns at once if a job or a command has already arrived.
  ///
  /// - Returns: Whether the socket may be readable.
  private func sleep(_ wait: AwaitedSocketEvents) -> Bool {
    let mayWait = state.withLock { state in
      state.isAsleep = state.jobs.isEmpty && state.orders.isEmpty && !state.isStopped
      return state.isAsleep
    }
    guard mayWait else { return true }
    let ready = retort_wait(wait.socket, wait.wantsToWrite ? 1 : 0, event, wait.timeout)
    state.withLock { $0.isAsleep = false }
    if ready & 4 != 0 { retort_clear_eventfd(event) }
    return ready & 1 != 0 || ready == 0
  }
}
