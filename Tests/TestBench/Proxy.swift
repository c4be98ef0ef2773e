import AMQP
import Foundation
import Glibc
import Synchronization
import Values

/// A proxy between a program and a broker, with which a test breaks or slows their connections.
///
/// ```swift
/// let proxy = try Proxy(to: vhost.uri)
/// let dialer = try await Dialer(AMQPURI(proxy.uri), name: "test")
/// proxy.happen(.cut)
/// ```
/// A stall takes effect immediately: after the return of ``happen(_:)``, the proxy passes no more bytes on.
public final class Proxy: Sendable {
  /// The URI by which a program connects to the broker through this proxy.
  public let uri: String
  /// Yields an element each time a connection has passed on all bytes that ``pass(_:then:)`` permits.
  public let ends: AsyncStream<Void>
  private let brokerPort: Int
  private let listener: Int32
  private let wakeUp: (reader: Int32, writer: Int32)
  private let state: Mutex<State>

  /// A way in which a network breaks.
  public enum Fault: CaseIterable, Sendable {
    /// The proxy closes the connections without a reset, and accepts new connections.
    case cut
    /// The proxy closes the connections with a reset (RST), and accepts new connections.
    case reset
    /// The proxy keeps old and new connections open, but passes no bytes on.
    case stall
  }

  fileprivate struct State {
    var flow = Passage.Flow.free
    var passages: [Passage] = []
    /// The fault after a connection has passed on its permitted number of bytes.
    var fault = Fault.stall
    var ended: AsyncStream<Void>.Continuation
    var isClosed = false
  }

  /// Starts a proxy for the broker with this URI; the proxy listens on a free port until ``close()``.
  ///
  /// - Throws: An error if the URI is invalid or the process can't open a socket.
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

  /// Breaks all connections immediately.
  public func happen(_ fault: Fault) { change { $0.happen(fault) } }

  /// Passes on `count` further bytes from the broker, and then breaks the connection.
  ///
  /// With the fault `.stall`, the proxy then holds back only bytes from the broker. It still passes requests on.
  public func pass(_ count: Int, then fault: Fault) {
    change { state in
      state.fault = fault
      for index in state.passages.indices { state.passages[index].limit(count) }
    }
  }

  /// Slows all connections to one byte each millisecond.
  public func trickle() { change { $0.flow = .trickling } }

  /// Ends a stall, and passes bytes on without a limit again.
  public func goOn() {
    change { state in
      state.flow = .free
      for index in state.passages.indices { state.passages[index].limit(nil) }
    }
  }

  /// Closes all connections, and accepts no new connections.
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
  /// The arguments of `poll`: the events, and the maximum wait in milliseconds; nil if the proxy is closed.
  var interest: (entries: [pollfd], waitLimit: Int32)? {
    guard !isClosed else { return nil }
    let isTrickling = flow == .trickling && passages.contains(where: \.isHolding)
    return (passages.flatMap { $0.interest(flow) }, isTrickling ? 1 : -1)
  }

  /// Passes received bytes on, and removes connections that one side has closed.
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

  /// Breaks all connections.
  mutating func happen(_ fault: Proxy.Fault) {
    switch fault {
    case .cut: for passage in passages { passage.close() }
    case .reset: for passage in passages { passage.reset() }
    case .stall: return flow = .stalled
    }
    passages = []
  }
}
