/// A connection's thread as the executor of tasks that talk to the connection, and are not the actor's.
///
/// The runtime takes a job for the actor's where one object is both kinds of executor, and then sends the task through
/// the queue again at each step that is not. It ends the thread when it goes itself: tasks that were begun on a connection
/// go on where that one is lost and another has taken its place.
final class ConnectionTaskExecutor: TaskExecutor {
  private let thread: ConnectionThread

  init(on thread: ConnectionThread) { self.thread = thread }

  deinit { thread.stop() }

  /// Enqueues a job.
  func enqueue(_ job: consuming ExecutorJob) { thread.enqueue(job, of: asUnownedTaskExecutor()) }
}
