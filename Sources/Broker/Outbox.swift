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

  /// The message that is next.
  var first: Entry? { isEmpty ? nil : entries[head] }

  mutating func removeFirst() {
    guard !isEmpty else { return }
    head += 1
    guard head == entries.count else { return }
    entries.removeAll(keepingCapacity: head < 4096)
    head = 0
  }
}
