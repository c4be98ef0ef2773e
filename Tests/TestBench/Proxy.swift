import Broker
import Foundation
import Glibc
import Synchronization
import Values

/// A proxy on loopback between a program and a broker, which a test can break.
///
/// ```swift
/// let proxy = try Proxy(to: vhost.uri)
/// let dialer = try await Dialer(AMQPURI(proxy.uri), name: "test")
/// proxy.happen(.cut)
/// ```
/// Passing on and breaking share one lock: once ``happen(_:)`` has returned after `.stall`, nothing passes.
public final class Proxy: Sendable {
  /// The URI of the broker through this proxy.
  public let uri: String
  /// Yields an element each time that ``pass(_:then:)`` has ended.
  public let ends: AsyncStream<Void>
  private let brokerPort: Int
  private let listener: Int32
  private let wakeUp: (reader: Int32, writer: Int32)
  private let state: Mutex<State>

  /// The ways in which a network breaks.
  public enum Fault: CaseIterable, Sendable {
    /// The connections are closed in order; new ones are accepted.
    case cut
    /// The connections end with a reset (RST); new ones are accepted.
    case reset
    /// The connections stay open, and no bytes pass; new connections are accepted and get no bytes.
    case stall
  }

  fileprivate struct State {
    var flow = Passage.Flow.free
    var passages: [Passage] = []
    /// The fault that follows when a passage has passed its permitted bytes.
    var fault = Fault.stall
    var ended: AsyncStream<Void>.Continuation
    var isClosed = false
  }

  /// Listens on a free port, until ``close()``.
  ///
  /// - Throws: if the URI is invalid, or no socket is left.
  public init(to uri: String) throws {
    brokerPort = try AMQPURI(uri).port
    let (listener, port) = try LoopbackSocket.listening()
    self.listener = listener
    self.uri = uri.replacing(":\(brokerPort)/", with: ":\(port)/")
    wakeUp = try LoopbackSocket.pair()
    let (ends, ended) = AsyncStream.makeStream(of: Void.self)
    self.ends = ends
    state = Mutex(State(ended: ended))
    Thread.detachNewThread { self.run() }
  }

  /// Breaks the connections immediately.
  public func happen(_ fault: Fault) { change { $0.happen(fault) } }

  /// Passes a number of further bytes from the broker, and then breaks the connection.
  ///
  /// A stall holds back only bytes from the broker; requests still pass.
  public func pass(_ count: Int, then fault: Fault) {
    change { state in
      state.fault = fault
      for index in state.passages.indices { state.passages[index].limit(count) }
    }
  }

  /// Passes a byte at a time, a millisecond apart.
  public func trickle() { change { $0.flow = .trickling } }

  /// Ends a stall and passes everything again.
  public func goOn() {
    change { state in
      state.flow = .free
      for index in state.passages.indices { state.passages[index].limit(nil) }
    }
  }

  /// Ends the connections, and accepts no new ones.
  public func close() {
    change { state in
      guard !state.isClosed else { return }
      state.happen(.cut)
      state.isClosed = true
      Glibc.close(listener)
    }
  }

  private func change(_ body: (inout State) -> Void) {
    state.withLock { state in
      body(&state)
      send(wakeUp.writer, "!", 1, LoopbackSocket.atOnce)
    }
  }

  deinit { Glibc.close(wakeUp.writer) }

  private func run() {
    while let (waiting, waitLimit) = state.withLock(\.interest) {
      var entries = waiting + [listener, wakeUp.reader].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      poll(&entries, nfds_t(entries.count), waitLimit)
      var bytes = [UInt8](repeating: 0, count: 64)
      while recv(wakeUp.reader, &bytes, bytes.count, LoopbackSocket.atOnce) > 0 {}
      state.withLock { state in
        let isConnecting = Int32(entries[waiting.count].revents) & POLLIN != 0
        if isConnecting, !state.isClosed, let passage = Passage(accepting: listener, to: brokerPort) {
          state.passages.append(passage)
        }
        state.move()
      }
    }
    Glibc.close(wakeUp.reader)
  }
}

extension Proxy.State {
  /// The events to wait for, and the maximum time in milliseconds; nil after the end.
  var interest: (entries: [pollfd], waitLimit: Int32)? {
    guard !isClosed else { return nil }
    let isTrickling = flow == .trickling && passages.contains(where: \.isHolding)
    return (passages.flatMap { $0.interest(flow) }, isTrickling ? 1 : -1)
  }

  /// Passes on received bytes, and removes passages that have ended.
  mutating func move() {
    guard flow != .stalled else { return }
    let wereSpent = passages.count(where: \.isSpent)
    for index in passages.indices.reversed() where !passages[index].move(flow) {
      passages.remove(at: index).close()
    }
    guard passages.count(where: \.isSpent) > wereSpent else { return }
    if fault != .stall { happen(fault) }
    ended.yield()
  }

  /// Breaks the connections.
  mutating func happen(_ fault: Proxy.Fault) {
    switch fault {
    case .cut: for passage in passages { passage.close() }
    case .reset: for passage in passages { passage.reset() }
    case .stall: return flow = .stalled
    }
    passages = []
  }
}
