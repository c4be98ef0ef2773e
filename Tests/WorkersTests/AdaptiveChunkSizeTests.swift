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

  private static func size(window: Int, latency: Duration, isSerial: Bool = false) -> AdaptiveChunkSize {
    var size = AdaptiveChunkSize()
    for _ in 0..<20 {
      size.adapt(to: reply(size.count, window: window, latency: latency, isSerial: isSerial), sent: size.count)
    }
    return size
  }

  @Test func aChunkNeedsHalfASecond() {
    #expect(Self.size(window: 4, latency: .milliseconds(20)).count >= 95)
    #expect(Self.size(window: 64, latency: .milliseconds(1)).count == WorkerPool.chunkLimit)
    #expect(Self.size(window: 4, latency: .milliseconds(20)).rate >= 190)
  }

  /// A service that replies late, but processes requests concurrently, gets as many requests as the worker may send.
  @Test(arguments: [1, 2, 10]) func aChunkUsesTheWholeWindowOfAWorker(_ seconds: Int) {
    let size = Self.size(window: 64, latency: .seconds(seconds))
    #expect(size.count == 64)
    #expect(size.rate == 64 / seconds)
  }

  /// A service that processes one request after another gets small chunks, so that no request waits for long.
  @Test func aChunkForASerialServiceIsSmall() {
    #expect(Self.size(window: 64, latency: .milliseconds(100), isSerial: true).count <= 8)
  }

  @Test func aChunkWithoutSentChangesChangesNothing() {
    var size = Self.size(window: 4, latency: .milliseconds(20))
    let count = size.count
    size.adapt(to: ChunkReply([.init(.unsent)], time: .seconds(1), window: 4), sent: 0)
    size.adapt(to: ChunkReply([], time: .zero), sent: 0)
    // The last chunk of a statement can have few changes, which says little about a larger chunk.
    size.adapt(to: Self.reply(3, window: 4, latency: .milliseconds(20)), sent: 3)
    #expect(size.count == count && size.rate > 0)
  }
}
