import Glibc

/// A connection through a ``Proxy``: a socket to each side, and the bytes between them.
struct Passage {
  /// The way in which bytes pass.
  enum Flow: Sendable {
    case free, trickling, stalled
  }

  /// One direction.
  private struct Lane {
    let from: Int32
    let to: Int32
    var held: [UInt8] = []
    /// The number of bytes that may still pass; nil for no limit.
    var limit: Int?

    /// Reads and writes without waiting; returns false if either side has ended.
    mutating func move(_ most: Int) -> Bool {
      if held.isEmpty {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(from, &bytes, bytes.count, LoopbackSocket.atOnce)
        guard count != 0 else { return false }
        guard count > 0 else { return errno == EAGAIN }
        held = Array(bytes.prefix(count))
      }
      let count = send(to, held, min(held.count, most, limit ?? .max), LoopbackSocket.atOnce)
      guard count >= 0 else { return errno == EAGAIN }
      limit = limit.map { $0 - count }
      held.removeFirst(count)
      return true
    }
  }

  private var lanes: [Lane]

  /// Accepts a connection and opens the one to the broker; nil if either is already closed.
  init?(accepting listener: Int32, to port: Int) {
    let client = accept(listener, nil, nil)
    guard client >= 0 else { return nil }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    guard let broker = try? LoopbackSocket.connected(to: port) else {
      Glibc.close(client)
      return nil
    }
    LoopbackSocket.setUndelayed(client)
    LoopbackSocket.setUndelayed(broker)
    lanes = [Lane(from: client, to: broker), Lane(from: broker, to: client)]
  }

  /// Whether there are bytes that were not yet passed on.
  var isHolding: Bool { lanes.contains { !$0.held.isEmpty } }

  /// Whether it has passed the permitted number of bytes from the broker.
  var isSpent: Bool { lanes.contains { $0.limit == 0 } }

  /// Sets the number of further bytes from the broker that pass; nil for no limit.
  mutating func limit(_ count: Int?) { lanes[1].limit = count }

  /// The events to wait for.
  func interest(_ flow: Flow) -> [pollfd] {
    guard flow != .stalled else { return [] }
    return lanes.compactMap { lane in
      if lane.held.isEmpty { return pollfd(fd: lane.from, events: Int16(POLLIN), revents: 0) }
      return flow == .free && lane.limit != 0 ? pollfd(fd: lane.to, events: Int16(POLLOUT), revents: 0) : nil
    }
  }

  /// Passes on the received bytes; returns false if either side has ended.
  mutating func move(_ flow: Flow) -> Bool {
    lanes.indices.allSatisfy { lanes[$0].move(flow == .free ? .max : 1) }
  }

  /// Closes both sides in order.
  func close() {
    for lane in lanes {
      shutdown(lane.from, Int32(SHUT_RDWR))
      Glibc.close(lane.from)
    }
  }

  /// Closes both sides with a reset.
  func reset() {
    for lane in lanes {
      LoopbackSocket.setResetting(lane.from)
      Glibc.close(lane.from)
    }
  }
}
