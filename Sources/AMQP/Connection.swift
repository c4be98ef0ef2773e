import CRabbitMQ
import Synchronization

/// A connection to a RabbitMQ broker, with any number of clients and requests in flight.
///
/// The actor's executor is a thread that owns the socket. The thread runs a loop. In each pass of the loop, the thread
/// sends the waiting messages together and assembles received frames into messages. A `Connection` does not reconnect
/// after a loss; a `Dialer` does.
///
/// ```swift
/// let connection = try await Connection.open(AMQPURI("amqp://guest:guest@localhost/"), name: "retort")
/// let ids = CorrelationIDs()
/// let client = try await connection.openChannel(queue: "posts", ids: ids)
/// let reply = try await client.send(correlationID: ids.next(), body: request, deadline: nil)
/// ```
public actor Connection {
  /// The broker's address.
  public nonisolated let uri: AMQPURI
  nonisolated let thread: ConnectionThread
  /// The executor for tasks that send many requests.
  ///
  /// The executor's thread ends when the connection and all tasks on this executor have ended.
  public nonisolated let taskExecutor: any TaskExecutor
  var handle: LibrabbitmqConnection?
  /// The name of the broker's cluster (the server property `cluster_name`); empty if the broker has none.
  public private(set) var clusterName = ""
  /// The observer of the connection's events.
  let listener: EventObserver
  /// The reason why the connection ended; nil while the connection is open.
  public private(set) var end: AMQPClientError?
  var channels = ChannelTable()
  var nextChannel: UInt16 = 1
  var outbox = Fifo<OutboxEntry>()
  /// The time at which the thread next checks for passed deadlines; nil if no deadline is set.
  ///
  /// This time is never later than the earliest deadline.
  var nextDeadline: ContinuousClock.Instant?
  /// The broker's reason for accepting no messages (`connection.blocked`); nil while the broker accepts messages.
  public private(set) var blockedReason: String?
  /// The counts of replies for which no request waited, and of requests that the broker returned.
  public internal(set) var counters = StrayMessageCounts()
  /// The calls of the observer that wait for the end of the pass of the thread's loop.
  private var observerCalls: [@Sendable () -> Void] = []
  /// The number of consecutive passes of the thread's loop after which received frames were left.
  private var passesWithInput = 0
  private var closing: (continuation: CheckedContinuation<Void, Never>, deadline: ContinuousClock.Instant)?
  private var watchers: [CheckedContinuation<AMQPClientError, Never>] = []

  /// Functions that a connection calls on events, such as a received frame.
  public struct EventObserver: Sendable {
    /// Called with each notice for the user, such as `the broker accepts messages again`.
    public var notice: @Sendable (String) -> Void
    /// Called with true when the broker stops accepting messages, and with false when it accepts messages again.
    public var blocked: @Sendable (Bool) -> Void = { _ in }
    /// Called with a line of text for each sent message, sent method and received frame.
    ///
    /// A trace shows these lines.
    public var frames: (@Sendable (String) -> Void)?
    /// Called with each completed stage of opening the connection, on the connection's thread.
    public var stages: (@Sendable (CompletedOpeningStage) -> Void)?
    /// Called with the outcome of a request whose caller no longer waits.
    ///
    /// The arguments are the correlation id, and the reply's body or the broker's refusal (`noRoute`, `nacked`). The
    /// argument `strangeTo` is the queue of the client that received the reply, if no request of the client has the
    /// correlation id.
    public var stray: StrayReplyHandler

    /// A function that receives the outcome of a request whose caller no longer waits.
    public typealias StrayReplyHandler =
      @Sendable (
        _ correlationID: String, _ outcome: Result<[UInt8], AMQPClientError>, _ strangeTo: String?
      ) -> Void

    /// Creates an observer.
    public init(
      notice: @escaping @Sendable (String) -> Void = { _ in }, frames: (@Sendable (String) -> Void)? = nil,
      stray: @escaping StrayReplyHandler = { _, _, _ in }
    ) {
      self.notice = notice
      self.frames = frames
      self.stray = stray
    }
  }

  /// The counts of replies for which no request waited, and of requests that the broker returned.
  public struct StrayMessageCounts: Sendable, Equatable {
    /// The number of replies that arrived too late, arrived a second time, or have an unknown correlation id.
    public var strayReplies = 0
    /// The number of requests that the broker returned, because their queue does not exist.
    public var returned = 0
  }

  /// The maximum number of bytes of a message's body.
  public static let largestBody = OutgoingMessage.bodyLimit

  /// The executor of the actor, which is the connection's own thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  /// Connects and logs in.
  ///
  /// - Throws: `unreachable`, `tls`, `authentication` or `vhost`.
  public static func open(
    _ uri: AMQPURI, name: String, listener: EventObserver = EventObserver()
  ) async throws(AMQPClientError) -> Connection {
    let thread = try ConnectionThread()
    try thread.start()
    let connection = Connection(uri, thread, listener)
    try await connection.logIn(name)
    thread.attach { [weak connection] mayRead in
      guard let connection else { return ConnectionThread.AwaitedSocketEvents() }
      return connection.assumeIsolated { $0.turn(mayRead) }
    }
    return connection
  }

  private init(_ uri: AMQPURI, _ thread: ConnectionThread, _ listener: EventObserver) {
    self.uri = uri
    self.listener = listener
    self.thread = thread
    taskExecutor = ConnectionTaskExecutor(on: thread)
  }

  private func logIn(_ name: String) throws(AMQPClientError) {
    let handle = try LibrabbitmqConnection(uri, name: name, stages: listener.stages)
    clusterName = handle.clusterName
    self.handle = handle
  }

  /// Runs one pass of the thread's loop: publishes waiting messages, handles received frames, and checks the deadlines.
  ///
  /// - Returns: The events that the thread waits for before the next pass.
  private func turn(_ mayRead: Bool) -> ConnectionThread.AwaitedSocketEvents {
    accept(thread.takeOrders())
    let isDry = exchange(mayRead)
    callObserver()
    guard let descriptor = handle?.descriptor else { return ConnectionThread.AwaitedSocketEvents() }
    return ConnectionThread.AwaitedSocketEvents(
      socket: descriptor, wantsToWrite: !outbox.isEmpty && blockedReason == nil, timeout: isDry ? waitLimit : 0)
  }

  /// Publishes waiting messages, handles received frames, and checks the deadlines.
  ///
  /// Returns true if no received frame is left.
  private func exchange(_ mayRead: Bool) -> Bool {
    guard handle != nil else { return true }
    let isLate = isLate
    let isDry: Bool
    do throws(AMQPClientError) { isDry = try talk(mayRead, isLate: isLate) } catch {
      lose(error)
      return true
    }
    passesWithInput = isDry ? 0 : passesWithInput + 1
    if isLate, passesWithInput % Self.passesBetweenDeadlineChecks == 0 { expire() }
    if let closing {
      expect(closing.deadline)
      if closing.deadline <= .now { lose(AMQPClientError(.closed, "the connection is closed")) }
    }
    return isDry
  }

  /// Adds a line to the trace, if there is one.
  func trace(_ line: @autoclosure () -> String) {
    guard let frames = listener.frames else { return }
    let line = line()
    observerCalls.append { frames(line) }
  }

  /// Calls the observer for each event of this pass.
  ///
  /// An observer may block the thread, for example while it writes a trace to a pipe whose reader has paused. The pass
  /// has then already sent its messages and handled the received frames.
  private func callObserver() {
    let calls = observerCalls
    observerCalls = []
    for call in calls { call() }
  }

  /// The number of passes after which the thread checks the deadlines although received frames are left.
  ///
  /// Normally the thread first handles all received frames. If a task has kept the thread busy beyond a deadline, the
  /// reply that has arrived meanwhile is then still passed to its request.
  private static let passesBetweenDeadlineChecks = 256

  /// Whether the next deadline has passed, for example while a task kept the thread busy.
  private var isLate: Bool { nextDeadline.map { $0 <= .now } ?? false }

  /// Publishes messages and handles received frames.
  ///
  /// Returns true if no received frame is left.
  private func talk(_ mayRead: Bool, isLate: Bool) throws(AMQPClientError) -> Bool {
    do throws(AMQPClientError) { try publish(isLate) } catch {
      // The broker's last frame explains the failure better than the error of the write, such as EPIPE.
      while try !drain(isLate: true) {}
      throw error
    }
    guard mayRead || isLate || handle?.mayHoldInput == true else { return true }
    return try drain(isLate: isLate)
  }

  /// The maximum time to wait for events, in milliseconds.
  ///
  /// The wait lasts until the next deadline, but at most half of the time between heartbeats.
  private var waitLimit: Int32 {
    var limit = uri.heartbeat > 0 ? uri.heartbeat * 500 : 60_000
    if let next = nextDeadline { limit = min(limit, OutgoingMessage.milliseconds(until: next)) }
    return Int32(clamping: max(limit, 1))
  }

  /// Publishes waiting messages while the socket is writable, in as few TCP packets as possible.
  private func publish(_ isLate: Bool) throws(AMQPClientError) {
    guard blockedReason == nil else { return }
    while let message = outbox.first, handle?.hasRoom(for: message.content.body.count) == true {
      outbox.removeFirst()
      // After a freeze of the program, the deadline of a waiting request can have passed. `expire` then ends this
      // request.
      if isLate, let deadline = message.content.deadline, deadline <= .now { continue }
      if let serial = message.request {
        if message.content.isConfirmed { try selectConfirms(message.content.channel) }
        guard channels[message.content.channel]?.depart(serial) == true else { continue }
      }
      try publish(message)
    }
    try handle?.flush()
  }

  /// Puts a channel into confirm mode before its first message that needs a confirm.
  ///
  /// A channel whose requests only read data never enters confirm mode.
  private func selectConfirms(_ number: UInt16) throws(AMQPClientError) {
    guard let channel = channels[number], !channel.isConfirming else { return }
    try send(.selectConfirms, on: number)
    channel.isConfirming = true
  }

  private func publish(_ message: OutboxEntry) throws(AMQPClientError) {
    let isLarge = message.content.body.count > handle?.room ?? 0
    let watchdog = isLarge ? SocketWriteWatchdog(handle?.descriptor ?? -1, message.content.deadline) : nil
    defer { watchdog?.stop() }
    trace("-> \(message.content.traceText)")
    try handle?.publish(message.content)
    if let tag = message.acknowledges { try confirm(message.content.channel, tag) }
  }

  /// Handles received frames, and returns true if no received frame is left.
  ///
  /// The function handles at most `framesATurn` frames, so that messages to publish need not wait long. If a deadline
  /// has passed (`isLate`), the function also reads the frames that are still in the socket.
  private func drain(isLate: Bool) throws(AMQPClientError) -> Bool {
    for _ in 0..<Self.framesATurn where handle != nil {
      var event: ReceivedCloseOrCancel?
      let found = try handle?.next { frame in event = take(frame) }
      guard found == true else { return true }
      if let event { try react(event) }
      guard isLate || handle?.mayHoldInput == true else { return true }
    }
    return handle == nil
  }

  /// The maximum number of frames that one pass of the thread's loop handles.
  ///
  /// A reply consists of three or more frames.
  private static let framesATurn = 36

  /// A received frame that the connection must answer, or that ends the connection, such as `channel.close`.
  private enum ReceivedCloseOrCancel {
    case channelClosed(UInt16)
    case consumerCancelled(UInt16)
    case connectionClosed(AMQPClientError)
    case connectionCloseConfirmed
  }

  private func take(_ frame: borrowing Frame) -> ReceivedCloseOrCancel? {
    trace("<- \(frame.traceText)")
    switch frame.kind {
    case RETORT_FRAME_CHANNEL_CLOSE:
      fail(
        frame.channel,
        AMQPClientError(
          frame.code == 403 ? .accessRefused : .lost, "the broker closed the channel: \(frame.code) \(frame.text)"),
        code: frame.code)
      return .channelClosed(frame.channel)
    case RETORT_FRAME_CANCEL:
      fail(frame.channel, AMQPClientError(.lost, "the broker cancelled the consumer: the queue was deleted"), code: 0)
      return .consumerCancelled(frame.channel)
    case RETORT_FRAME_CONNECTION_CLOSE:
      return .connectionClosed(AMQPClientError(.lost, "the broker closed the connection: \(frame.code) \(frame.text)"))
    case RETORT_FRAME_CONNECTION_CLOSE_OK: return .connectionCloseConfirmed
    case RETORT_FRAME_BLOCKED:
      blockedReason = frame.text
      // A blocked broker reads no bytes, so the bytes that are already sent stay unacknowledged. The kernel must not
      // end the connection for this reason.
      handle?.limitUnacknowledged(to: 0)
      report(isBlocked: true, "the broker accepts no messages for now: \(frame.text)")
    case RETORT_FRAME_UNBLOCKED:
      blockedReason = nil
      handle?.limitUnacknowledged(to: 2 * uri.heartbeat)
      report(isBlocked: false, "the broker accepts messages again")
    case RETORT_FRAME_ACK, RETORT_FRAME_NACK:
      for stray in channels[frame.channel]?.settle(frame) ?? [] { tell(stray) }
    default:
      if let stray = channels[frame.channel]?.take(frame, &counters) { tell(stray) }
    }
    return nil
  }

  private func tell(_ stray: Channel.StrayReply) {
    let listener = listener
    observerCalls.append {
      listener.stray(String(decoding: stray.correlationID, as: UTF8.self), stray.outcome, stray.strangeTo)
    }
  }

  private func report(isBlocked: Bool, _ notice: String) {
    let listener = listener
    observerCalls.append {
      listener.blocked(isBlocked)
      listener.notice(notice)
    }
  }

  private func react(_ event: ReceivedCloseOrCancel) throws(AMQPClientError) {
    switch event {
    case .channelClosed(let number):
      trace("-> channel.close-ok channel \(number)")
      try handle?.confirmChannelClose(number)
    case .consumerCancelled(let number): try send(.closeChannel, on: number)
    case .connectionClosed(let error):
      try? handle?.confirmConnectionClose()
      throw error
    case .connectionCloseConfirmed:
      throw AMQPClientError(.closed, "the connection is closed")
    }
  }

  /// Ends the connection immediately, and discards the requests that the kernel has not sent yet.
  ///
  /// Afterwards, no request of this connection can reach the broker.
  public func abort() { lose(AMQPClientError(.lost, "the connection was aborted")) }

  /// Releases the socket, and ends all waits on the connection with the reason why the connection ended.
  ///
  /// The kernel discards the requests that the broker has not acknowledged. The callers of these requests get an error,
  /// and may send the requests again.
  func lose(_ error: AMQPClientError) {
    end = end ?? error
    handle = nil
    outbox = Fifo()
    for number in channels.numbers { fail(number, end ?? error, code: 0) }
    closing?.continuation.resume()
    closing = nil
    for watcher in watchers { watcher.resume(returning: end ?? error) }
    watchers = []
  }

  func fail(_ number: UInt16, _ error: AMQPClientError, code: UInt16) {
    channels.remove(number)?.fail(error, code: code)
  }

  /// Waits until the connection is closed or lost, and returns the reason.
  public func ended() async -> AMQPClientError {
    if let end, handle == nil { return end }
    return await withCheckedContinuation { watchers.append($0) }
  }

  /// Asks the broker to close the connection, and waits for the broker's confirmation for at most a second.
  ///
  /// If the broker accepts no messages (`connection.blocked`), the function closes the connection immediately. Further
  /// calls have no effect.
  public func close() async {
    guard handle != nil else { return }
    let closed = AMQPClientError(.closed, "the connection is closed")
    end = closed
    for number in channels.numbers { fail(number, closed, code: 0) }
    outbox = Fifo()
    guard blockedReason == nil else { return lose(closed) }
    await withCheckedContinuation { continuation in
      closing = (continuation, .now + Self.closeTimeout)
      expect(.now + Self.closeTimeout)
      trace("-> connection.close")
      do throws(AMQPClientError) { try handle?.closeConnection() } catch { lose(error) }
    }
  }

  /// The maximum time for the broker to confirm that a channel or the connection is closed.
  static let closeTimeout = Duration.seconds(1)
}
