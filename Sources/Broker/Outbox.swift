/// Messages that wait to be published, first come first.
struct Outbox {
  /// A message, and what it belongs to.
  struct Entry {
    var content: OutgoingMessage
    /// The request it is; one that nobody waits for any more is not sent.
    var request: Int?
    /// The delivery it answers.
    var acknowledges: UInt64?
  }

  private var entries: [Entry] = []
  private var head = 0

  var isEmpty: Bool { head == entries.count }

  mutating func append(_ entry: Entry) { entries.append(entry) }

  mutating func next() -> Entry? {
    guard head < entries.count else { return nil }
    let entry = entries[head]
    head += 1
    if head == entries.count {
      entries.removeAll(keepingCapacity: head < 4096)
      head = 0
    }
    return entry
  }
}
