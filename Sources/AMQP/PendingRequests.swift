/// The requests of a channel that wait for their replies, keyed by the numbers at the end of their correlation ids.
///
/// A request is stored in an array. Its index is the last eight bits of its key. If another request already has this
/// index, the new request is stored in a dictionary instead. Such a collision is rare, because consecutive requests
/// have consecutive keys. Access to the array is faster than access to the dictionary, because the array needs no
/// hashes.
struct PendingRequests {
  private struct Entry {
    let key: Int
    var request: Channel.PendingRequest
  }

  private var entries: [Entry?] = []
  private var others: [Int: Channel.PendingRequest] = [:]
  private static let size = 256

  private static func index(of key: Int) -> Int { key & (size - 1) }

  /// The keys of all requests, in any order.
  var keys: [Int] { entries.compactMap { $0?.key } + others.keys }

  /// The request with a key; nil if no such request waits.
  subscript(key: Int) -> Channel.PendingRequest? {
    guard let entry = entries.isEmpty ? nil : entries[Self.index(of: key)], entry.key == key else { return others[key] }
    return entry.request
  }

  /// Adds a request, or replaces the request with the same key.
  mutating func add(_ request: Channel.PendingRequest, _ key: Int) {
    if entries.isEmpty { entries = [Entry?](repeating: nil, count: Self.size) }
    let index = Self.index(of: key)
    if entries[index]?.key ?? key == key {
      entries[index] = Entry(key: key, request: request)
    } else {
      others[key] = request
    }
  }

  /// Marks a request as sent, and stores the delivery tag that `tag` returns.
  ///
  /// Returns false, and does not call `tag`, if no request with this key waits.
  mutating func depart(_ key: Int, tag: () -> UInt64?) -> Bool {
    let index = Self.index(of: key)
    if !entries.isEmpty, entries[index]?.key == key {
      entries[index]?.request.depart(tag())
      return true
    }
    guard others[key] != nil else { return false }
    others[key]?.depart(tag())
    return true
  }

  /// Removes a request and returns it; returns nil if no such request waits.
  mutating func remove(_ key: Int) -> Channel.PendingRequest? {
    let index = Self.index(of: key)
    guard !entries.isEmpty, entries[index]?.key == key else { return others.removeValue(forKey: key) }
    return entries[index].take()?.request
  }
}
