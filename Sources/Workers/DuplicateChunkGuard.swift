import Synchronization

/// A record of the chunks that a worker has received, so that the worker can refuse a second copy of a chunk.
///
/// The guard remembers each chunk until the chunk expires.
final class DuplicateChunkGuard: Sendable {
  private struct Key: Hashable {
    let run: String
    let number: Int
  }

  private struct TakenChunks {
    var taken: [Key: Int] = [:]
    /// The number of recorded chunks at which the guard removes the expired chunks.
    var purgeAt = 256
  }

  private let state = Mutex(TakenChunks())

  /// Records a chunk; returns false if the chunk is already recorded.
  ///
  /// `now` is the time in milliseconds since 1970.
  func take(_ chunk: Chunk, now: Int) -> Bool {
    state.withLock { state in
      if state.taken.count >= state.purgeAt {
        state.taken = state.taken.filter { $0.value > now }
        state.purgeAt = max(256, state.taken.count * 2)
      }
      return state.taken.updateValue(chunk.expires, forKey: Key(run: chunk.run, number: chunk.number)) == nil
    }
  }
}
