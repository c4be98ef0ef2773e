/// An executor that runs tasks on a connection's thread.
///
/// The tasks on this executor use the connection, but are not part of the actor. If they ran on the actor's executor,
/// the Swift runtime would mistake their jobs for jobs of the actor. The runtime would then often enqueue a task again
/// between two steps of the task.
///
/// The thread ends when this object is deallocated, not when the connection ends. A task can therefore continue on the
/// thread after the loss of the connection.
final class ConnectionTaskExecutor: TaskExecutor {
  private let thread: ConnectionThread

  init(on thread: ConnectionThread) { self.thread = thread }

  deinit { thread.stop() }

  /// Enqueues a job.
  func enqueue(_ job: consuming ExecutorJob) { thread.enqueue(job, of: asUnownedTaskExecutor()) }
}
