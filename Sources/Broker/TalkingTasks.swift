/// A connection's thread as the executor of tasks that talk to the connection, and are not the actor's.
///
/// The runtime takes a job for the actor's where one object is both kinds of executor, and then sends the task through
/// the queue again at each step that is not.
final class TalkingTasks: TaskExecutor {
  private let thread: ConnectionThread

  init(on thread: ConnectionThread) { self.thread = thread }

  /// Enqueues a job.
  func enqueue(_ job: consuming ExecutorJob) { thread.enqueue(job, of: asUnownedTaskExecutor()) }
}
