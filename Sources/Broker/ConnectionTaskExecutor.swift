/// A connection's thread as the executor of tasks that use the connection but do not belong to the actor.
///
/// One object can't be both the actor's executor and a task executor. The runtime would mistake a task's job for a job
/// of the actor, and would often enqueue the task again between two of its steps.
///
/// The thread ends when this object is deallocated. It does not end with the connection, because tasks that began on a
/// connection continue after this connection is lost and replaced.
final class ConnectionTaskExecutor: TaskExecutor {
  private let thread: ConnectionThread

  init(on thread: ConnectionThread) { self.thread = thread }

  deinit { thread.stop() }

  /// Enqueues a job.
  func enqueue(_ job: consuming ExecutorJob) { thread.enqueue(job, of: asUnownedTaskExecutor()) }
}
