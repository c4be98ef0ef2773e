@testable import Evaluation
import Testing

/// Tests of tasks that continue after the first Ctrl-C and that the second Ctrl-C cancels.
@Suite struct InterruptShieldedTasksTests {
  @Test func aTaskIsNotCancelledWithItsCaller() async {
    let tasks = InterruptShieldedTasks()
    let caller = Task {
      while !Task.isCancelled { await Task.yield() }
      return await tasks.run(on: nil) { Task.isCancelled }
    }
    caller.cancel()
    #expect(await caller.value == false)
  }

  @Test func cancelReachesRunningTasksAndLaterOnes() async {
    let tasks = InterruptShieldedTasks()
    let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
    async let isCancelled = tasks.run(on: nil) {
      hasBegun.finish()
      while !Task.isCancelled { await Task.yield() }
      return Task.isCancelled
    }
    for await _ in begun {}
    tasks.cancel()
    #expect(await isCancelled)
    #expect(await tasks.run(on: nil) { Task.isCancelled })
    tasks.begin()
    #expect(await tasks.run(on: nil) { Task.isCancelled } == false)
  }
}
