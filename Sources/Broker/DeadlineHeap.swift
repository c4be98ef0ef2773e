/// Deadlines of requests, the nearest first: a binary heap.
struct DeadlineHeap {
  struct Key {
    var channel: UInt16
    var correlationID: [UInt8]
  }

  private var items: [(at: ContinuousClock.Instant, key: Key)] = []

  var first: ContinuousClock.Instant? { items.first?.at }

  mutating func insert(_ at: ContinuousClock.Instant, _ key: Key) {
    items.append((at, key))
    var index = items.count - 1
    while index > 0, items[index].at < items[(index - 1) / 2].at {
      items.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  /// Takes the nearest that is due.
  mutating func popDue(_ now: ContinuousClock.Instant) -> Key? {
    guard let first = items.first, first.at <= now else { return nil }
    removeFirst()
    return first.key
  }

  /// Drops the nearest ones that nobody waits for any more.
  mutating func dropStale(_ isWaiting: (Key) -> Bool) {
    while let first = items.first, !isWaiting(first.key) { removeFirst() }
  }

  private mutating func removeFirst() {
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < items.count && items[child].at < items[least].at {
        least = child
      }
      if least == index { return }
      items.swapAt(index, least)
      index = least
    }
  }
}
