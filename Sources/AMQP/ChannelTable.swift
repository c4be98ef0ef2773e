/// The open channels of a connection, by number.
///
/// The table is an array for speed, because the connection looks up the channel of every received frame.
struct ChannelTable {
  private var channels: [Channel?] = []

  /// The numbers of the open channels.
  var numbers: [UInt16] { channels.indices.filter { channels[$0] != nil }.map { UInt16($0) } }

  /// The channel with the given number; nil if no such channel is open.
  subscript(number: UInt16) -> Channel? {
    get { Int(number) < channels.count ? channels[Int(number)] : nil }
    set {
      while channels.count <= Int(number) { channels.append(nil) }
      channels[Int(number)] = newValue
    }
  }

  /// Removes a channel, and returns it.
  mutating func remove(_ number: UInt16) -> Channel? {
    guard let channel = self[number] else { return nil }
    self[number] = nil
    return channel
  }
}
