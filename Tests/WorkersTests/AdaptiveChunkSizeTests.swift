import Client
import Testing

@testable import Workers

/// Tests of the number of changes in a chunk, with the replies of simulated workers.
@Suite struct AdaptiveChunkSizeTests {
  /// The reply of a worker that sends `count` changes, `window` at a time; each reply of the service needs `latency`.
  ///
  /// A service with `isSerial` processes one request after another.
  private static func reply(_ count: Int, window: Int, latency: Duration, isSerial: Bool = false) -> ChunkReply {
    let items = (0..<count).map { index in
      let waiting = isSerial ? min(index, window - 1) : 0
      return ChunkReply.TimedOutcome(.omitted, latency: latency * (waiting + 1))
    }
    let rounds = isSerial ? count : (count + window - 1) / window
    return ChunkReply(items, time: latency * rounds, window: window)
  }

  /// The size after twenty chunks of one worker, with a timeout of five seconds.
  private static func size(window: Int, latency: Duration, isSerial: Bool = false) -> AdaptiveChunkSize {
    var size = AdaptiveChunkSize(workers: 1)
    for _ in 0..<20 {
      let reply = reply(size.count, window: window, latency: latency, isSerial: isSerial)
      size.adapt(to: reply, sent: size.count, timeout: .seconds(5), workers: 1)
    }
    return size
  }

  @Test func theFirstChunksHaveTogetherAsManyChangesAsAStatementWithoutWorkers() {
    #expect([1, 2, 3, 8].map { AdaptiveChunkSize(workers: $0).count } == [8, 4, 4, 4])
  }

  @Test func aChunkNeedsHalfASecond() {
    #expect(Self.size(window: 4, latency: .milliseconds(20)).count == 100)
    #expect(Self.size(window: 64, latency: .milliseconds(1)).count == WorkerPool.chunkLimit)
    #expect(Self.size(window: 4, latency: .milliseconds(20)).rate == 200)
  }

  /// A service that replies late, but processes requests concurrently, gets as many requests as the worker may send.
  @Test(arguments: [1, 2, 4]) func aChunkUsesTheWholeWindowOfAWorker(_ seconds: Int) {
    let size = Self.size(window: 64, latency: .seconds(seconds))
    #expect(size.count == 64)
    #expect(size.rate == 64 / seconds)
  }

  /// Reply times that vary do not make the chunks smaller.
  @Test func aChunkUsesTheWholeWindowIfReplyTimesVary() {
    var (size, random) = (AdaptiveChunkSize(workers: 2), 1)
    for _ in 0..<50 {
      let items = (0..<size.count).map { _ in
        random = random &* 1_103_515_245 &+ 12345 & 0x7FFF_FFFF
        return ChunkReply.TimedOutcome(.omitted, latency: .milliseconds(200 + random / 65536 % 1800))
      }
      let time = items.compactMap(\.latency).max() ?? .zero
      size.adapt(to: ChunkReply(items, time: time, window: 64), sent: items.count, timeout: .seconds(5), workers: 1)
    }
    #expect(size.count == 64)
  }

  /// A service that processes one request after another gets so few requests that none of them exceeds its timeout.
  @Test func aChunkForASerialServiceIsSmall() {
    let size = Self.size(window: 64, latency: .milliseconds(200), isSerial: true)
    #expect(Duration.milliseconds(200) * size.count < .seconds(5))
    #expect(size.count >= 4)
  }

  /// The size grows only after each worker has had a chunk of the size.
  @Test func theSizeGrowsAfterARoundOfAllWorkers() {
    var size = AdaptiveChunkSize(workers: 3)
    let reply = Self.reply(4, window: 64, latency: .seconds(1))
    for expected in [4, 4, 8, 8] {
      size.adapt(to: reply, sent: 4, timeout: .seconds(5), workers: 3)
      #expect(size.count == expected)
    }
  }

  /// Many changes without a reply make the chunks smaller; a single one does not.
  @Test(arguments: [(1, 16), (4, 4)]) func missingRepliesMakeChunksSmaller(_ missing: Int, _ expected: Int) {
    var size = AdaptiveChunkSize(workers: 1)
    let lost = ClientError(.unknown, "no reply")
    let items = (0..<8).map { index in
      ChunkReply.TimedOutcome(index < missing ? .failed(lost) : .omitted, latency: .milliseconds(100))
    }
    size.adapt(to: ChunkReply(items, time: .milliseconds(100), window: 64), sent: 8, timeout: .seconds(5), workers: 1)
    #expect(size.count == expected)
  }

  @Test func aChunkWithoutSentChangesChangesNothing() {
    var size = Self.size(window: 4, latency: .milliseconds(20))
    let count = size.count
    size.adapt(to: ChunkReply([.init(.unsent)], time: .seconds(1), window: 4), sent: 0, timeout: nil, workers: 1)
    size.adapt(to: ChunkReply([], time: .zero), sent: 0, timeout: nil, workers: 1)
    // The last chunk of a statement can have few changes, which says little about a larger chunk.
    size.adapt(to: Self.reply(3, window: 4, latency: .milliseconds(20)), sent: 3, timeout: nil, workers: 1)
    #expect(size.count == count && size.rate > 0)
  }

  /// Large messages make the chunks smaller; a single larger message has no effect for long.
  @Test func largeMessagesMakeChunksSmaller() {
    var size = Self.size(window: 64, latency: .milliseconds(20))
    let count = size.count
    func adapt(bytes: Int) {
      var reply = Self.reply(size.count, window: 64, latency: .milliseconds(20))
      reply.size = bytes * size.count
      size.adapt(to: reply, sent: size.count, timeout: .seconds(5), workers: 1)
    }
    adapt(bytes: 1 << 20)
    #expect(count > 4 && size.count == 4)
    for _ in 0..<100 { adapt(bytes: 100) }
    #expect(size.count == count)
  }
}
