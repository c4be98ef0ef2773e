import Terminal
import Testing

@Suite struct DebouncedSignalCounterTests {
  /// The same signal within 100 ms of the last counted signal does not count.
  @Test(arguments: [
    ([(TerminationSignal.interrupt, 0), (.interrupt, 5)], 1),
    ([(.interrupt, 0), (.interrupt, 99), (.interrupt, 100)], 2),
    ([(.terminate, 0), (.terminate, 60), (.terminate, 120), (.terminate, 180)], 2),
    ([(.interrupt, 0), (.terminate, 5)], 2),
    ([(.interrupt, 0), (.quit, 5)], 2),
  ]) func aDoubledSignalCountsOnce(_ signals: [(TerminationSignal, Int)], _ count: Int) {
    let begin = ContinuousClock.now
    var counter = DebouncedSignalCounter()
    for (signal, time) in signals { _ = counter.add(signal, at: begin + .milliseconds(time)) }
    #expect(counter.count == count)
  }
}
