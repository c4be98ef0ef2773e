import Testing

@testable import Workers

/// Tests of ``ProcessFreezeDetector``, with times that the tests set.
struct FreezeDetectorTests {
  private let begin = ContinuousClock.now

  @Test func aGapCountsAsAFreezeOnce() {
    let detector = ProcessFreezeDetector(limit: .seconds(10), now: begin)
    #expect(detector.freezes(now: begin + .seconds(9)) == 0)
    #expect(detector.freezes(now: begin + .seconds(19)) == 0)
    #expect(detector.freezes(now: begin + .seconds(29.5)) == 1)
    #expect(detector.freezes(now: begin + .seconds(30)) == 1)
    #expect(detector.freezes(now: begin + .seconds(60)) == 2)
  }

  /// A thread that read the time earlier does not move the time of the detector back.
  @Test func anEarlierTimeIsNoFreeze() {
    let detector = ProcessFreezeDetector(limit: .seconds(10), now: begin)
    #expect(detector.freezes(now: begin + .seconds(9)) == 0)
    #expect(detector.freezes(now: begin + .seconds(1)) == 0)
    #expect(detector.freezes(now: begin + .seconds(18)) == 0)
  }

  /// The frozen worker may notice the freeze before the task that watches for freezes.
  @Test func eachCallerCanNoticeAFreeze() async {
    let detector = ProcessFreezeDetector(limit: .seconds(10), now: begin - .seconds(30))
    let watching = Task { await detector.run() }
    watching.cancel()
    await watching.value
    #expect(detector.freezes() == 1)
  }

  /// A freeze before a delivery is handled makes the delivery invalid, even if the freeze began before the delivery.
  @Test func aFreezeEndsTheValidityOfDeliveries() {
    let detector = ProcessFreezeDetector(limit: .seconds(10))
    let earlier = DeliveredChunkValidity(detector)
    #expect(earlier.isValid)
    _ = detector.freezes(now: .now + .seconds(11))
    #expect(!earlier.isValid)
    let later = DeliveredChunkValidity(detector)
    #expect(later.isValid)
    later.end()
    #expect(!later.isValid)
  }
}
