import Glibc

/// A connection through a ``Proxy``: a socket to the client, a socket to the broker, and the bytes to pass on.
struct Passage {
  /// How the proxy passes bytes on: immediately, a byte each millisecond, or not at all.
  enum Flow: Sendable {
    case free, trickling, stalled
  }

  /// One direction of the connection, such as from the client to the broker.
  private struct Lane {
    let from: Int32
    let to: Int32
    var held: [UInt8] = []
    /// The number of bytes that the proxy may still pass on; nil for no limit.
    var limit: Int?

    /// Passes up to `most` bytes on without waiting; returns false if either side has closed its connection.
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

  /// Accepts a connection of a client, and connects to the broker; nil if either connection fails.
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

  /// Whether the proxy has received bytes that it has not passed on.
  var isHolding: Bool { lanes.contains { !$0.held.isEmpty } }

  /// Whether the proxy has passed on as many bytes from the broker as `limit` permits.
  var isSpent: Bool { lanes.contains { $0.limit == 0 } }

  /// Sets the number of further bytes that the proxy passes on from the broker; nil for no limit.
  mutating func limit(_ count: Int?) { lanes[1].limit = count }

  /// Returns the socket events for which the proxy must wait.
  func interest(_ flow: Flow) -> [pollfd] {
    guard flow != .stalled else { return [] }
    return lanes.compactMap { lane in
      if lane.held.isEmpty { return pollfd(fd: lane.from, events: Int16(POLLIN), revents: 0) }
      return flow == .free && lane.limit != 0 ? pollfd(fd: lane.to, events: Int16(POLLOUT), revents: 0) : nil
    }
  }

  /// Passes received bytes on in both directions; returns false if either side has closed its connection.
  mutating func move(_ flow: Flow) -> Bool {
    lanes.indices.allSatisfy { lanes[$0].move(flow == .free ? .max : 1) }
  }

  /// Closes both sockets without a reset.
  func close() {
    for lane in lanes {
      shutdown(lane.from, Int32(SHUT_RDWR))
      Glibc.close(lane.from)
    }
  }

  /// Closes both sockets with a reset (RST).
  func reset() {
    for lane in lanes {
      LoopbackSocket.setResetting(lane.from)
      Glibc.close(lane.from)
    }
  }
}
