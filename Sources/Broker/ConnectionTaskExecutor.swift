/// A connection's thread as the executor of tasks that use the connection and are not the actor's.
///
/// One object can't be both kinds of executor: the runtime would take a task's job for one of the actor's, and send the
/// task through the queue again at each other step. Releasing this object ends the thread: tasks that began on a connection
/// continue after that connection is lost and replaced.
final class ConnectionTaskExecutor: TaskExecutor {
  private let thread: ConnectionThread

  init(on thread: ConnectionThread) { self.thread = thread }

  deinit { thread.stop() }

  /// Enqueues a job.
  func enqueue(_ job: consuming ExecutorJob) { thread.enqueue(job, of: asUnownedTaskExecutor()) }
}
