/// An executor that runs tasks on a connection's thread.
///
/// The tasks use the connection but do not belong to the actor, so the actor's own executor can't run them. With that
/// executor, the runtime would mistake a job of a task for a job of the actor. It would then often enqueue the task
/// anew between two steps of the task.
///
/// The thread ends when this object is deallocated, not when the connection ends. A task that began on a lost
/// connection continues on the same thread after a new connection has replaced the lost one.
final class ConnectionTaskExecutor: TaskExecutor {
  private let thread: ConnectionThread

  init(on thread: ConnectionThread) { self.thread = thread }

  deinit { thread.stop() }

  /// Enqueues a job.
  func enqueue(_ job: consuming ExecutorJob) { thread.enqueue(job, of: asUnownedTaskExecutor()) }
}
