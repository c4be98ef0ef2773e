import CRabbitMQ
import Glibc

/// The librabbitmq object of one connection (`amqp_connection_state_t`).
///
/// The deinitializer closes the socket. All functions of the class run on the connection's thread; only the heartbeats
/// come from another thread. Only the files in the folder `CHandle` use C pointers of librabbitmq.
final class LibrabbitmqConnection {
  private let connection: amqp_connection_state_t
  /// The file descriptor of the socket.
  let descriptor: Int32
  /// The name of the broker's cluster; empty if the broker has no cluster name.
  let clusterName: String
  /// The minimum free space in the socket's send buffer, in bytes, when `poll` reports the socket writable.
  let room: Int
  /// The number of bytes that the socket still accepts without blocking.
  ///
  /// The value is `room` minus the bytes written since `poll` last reported the socket writable.
  private var roomLeft = 0
  /// The buffer that collects small messages for one call of `send`; nil with TLS.
  ///
  /// With TLS, only librabbitmq can write to the socket.
  private var burst: OutgoingFrameBuffer?
  private let heartbeats: HeartbeatTimer

  deinit {
    heartbeats.stop()
    amqp_destroy_connection(connection)
  }

  /// Connects to the broker and logs in.
  ///
  /// The function blocks the thread. The URI's timeout limits the time for connecting. The login then has a time limit
  /// of the same length.
  init(
    _ uri: AMQPURI, name: String, stages: (@Sendable (CompletedOpeningStage) -> Void)? = nil
  ) throws(AMQPClientError) {
    guard let connection = amqp_new_connection() else { throw AMQPClientError(.unreachable, "out of memory") }
    do throws(AMQPClientError) { try Self.connect(connection, uri, name, stages) } catch {
      amqp_destroy_connection(connection)
      throw error
    }
    self.connection = connection
    descriptor = amqp_get_sockfd(connection)
    var name = [CChar](repeating: 0, count: 256)
    retort_cluster_name(connection, &name, name.count)
    clusterName = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    room = max(Int(retort_enlarge_send_buffer(descriptor, 4 << 20)) / 4, 16384)
    burst = uri.tls == nil ? OutgoingFrameBuffer(frameMax: Int(amqp_get_frame_max(connection))) : nil
    heartbeats = HeartbeatTimer(connection)
    retort_discard_unsent(descriptor)
    limitUnacknowledged(to: 2 * uri.heartbeat)
  }

  private static func connect(
    _ connection: amqp_connection_state_t, _ uri: AMQPURI, _ name: String,
    _ stages: (@Sendable (CompletedOpeningStage) -> Void)?
  ) throws(AMQPClientError) {
    var secured: TLSSocket?
    if let tls = uri.tls { secured = try TLSSocket(connection, tls, host: uri.host) }
    guard let socket = secured?.socket ?? amqp_tcp_socket_new(connection) else {
      throw AMQPClientError(.unreachable, "out of memory")
    }
    var timeout = uri.timeLimit
    amqp_set_handshake_timeout(connection, &timeout)
    amqp_set_rpc_timeout(connection, &timeout)
    let status = amqp_socket_open_noblock(socket, uri.host, Int32(uri.port), &timeout)
    guard status == AMQP_STATUS_OK.rawValue else {
      let failure = unreachable(status, errno, uri)
      throw isOfTLS(status) ? secured?.objection("\(uri.host):\(uri.port)") ?? failure : failure
    }
    if let secured { retort_hold_tls(secured.socket) }
    defer { if let secured { retort_release_tls(secured.socket) } }
    stages?(.connected(secured?.report))
    try logIn(connection, uri, name, secured)
    stages?(.loggedIn)
  }

  /// Whether `status` is an error code of librabbitmq that reports a failure of TLS.
  private static func isOfTLS(_ status: Int32) -> Bool {
    AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue...AMQP_STATUS_SSL_ERROR.rawValue ~= status
  }

  private static func unreachable(_ status: Int32, _ code: Int32, _ uri: AMQPURI) -> AMQPClientError {
    let place = "\(uri.host):\(uri.port)"
    switch status {
    case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue:
      return AMQPClientError(.unreachable, "there is no host \(uri.host)")
    case AMQP_STATUS_TIMEOUT.rawValue:
      return AMQPClientError(.unreachable, "\(place) did not answer within \(uri.timeout) ms")
    case _ where isOfTLS(status):
      return AMQPClientError(
        .unreachable,
        "\(place) ended the connection in the TLS handshake: check that the broker speaks TLS at this port")
    default:
      if code == ECONNREFUSED || status == AMQP_STATUS_SOCKET_ERROR.rawValue {
        return AMQPClientError(.unreachable, "connection refused by \(place)")
      }
      return AMQPClientError(.unreachable, "no connection to \(place): \(text(status))")
    }
  }

  private static func logIn(
    _ connection: amqp_connection_state_t, _ uri: AMQPURI, _ name: String, _ secured: TLSSocket?
  ) throws(AMQPClientError) {
    var code: UInt16 = 0
    var reason = [CChar](repeating: 0, count: 256)
    let status = retort_login(
      connection, uri.vhost, Int32(uri.frameMax), Int32(uri.heartbeat), uri.user, uri.password, name, &code, &reason,
      reason.count)
    guard status != AMQP_STATUS_OK.rawValue else { return }
    let said = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let place = "\(uri.host):\(uri.port)"
    if code == 0, said.isEmpty, status != AMQP_STATUS_TIMEOUT.rawValue {
      if let objection = secured?.objection(place) { throw objection }
      if secured == nil, TLSSocket.isAnswered(uri) {
        throw AMQPClientError(.tls, "\(place) speaks TLS: write amqps://, whose usual port is 5671")
      }
    }
    if code != 0 { throw refusal(code, said, uri) }
    if status == AMQP_STATUS_TIMEOUT.rawValue { throw unreachable(status, 0, uri) }
    if status == AMQP_STATUS_CONNECTION_CLOSED.rawValue {
      throw AMQPClientError(
        .unreachable,
        "\(place) closed the connection during login without a reason: check that a RabbitMQ broker runs there")
    }
    throw AMQPClientError(.unreachable, "the login at \(place) failed: \(text(status))")
  }

  /// Returns the error for a `connection.close` that the broker sent during the login.
  ///
  /// RabbitMQ sends the code 530 for a missing vhost, for a vhost that the user may not use or that is down, and if too
  /// many connections are open. Only the text `said` tells these cases apart.
  private static func refusal(_ code: UInt16, _ said: String, _ uri: AMQPURI) -> AMQPClientError {
    let (place, user) = ("\(uri.host):\(uri.port)", uri.user)
    switch code {
    case 403: return AMQPClientError(.authentication, "\(place) refused user \(user): \(said)")
    case 530 where said.contains("limit"):
      return AMQPClientError(.connectionLimit, "\(place) accepts no further connection of user \(user): \(said)")
    case 530 where said.contains("not found"):
      return AMQPClientError(.vhost, "\(place) has no vhost \(uri.vhost) for user \(user): \(said)")
    case 530 where said.contains("refused for user") && !said.contains("down"):
      return AMQPClientError(.accessRefused, "\(place) refused user \(user) the vhost \(uri.vhost): \(said)")
    default: return AMQPClientError(.unreachable, "\(place) closed the connection: \(code) \(said)")
    }
  }

  static func text(_ status: Int32) -> String { amqp_error_string2(status).map { String(cString: $0) } ?? "\(status)" }

  /// Passes the next received frame to `body`.
  ///
  /// Returns false if no frame has arrived.
  ///
  /// - Throws: `lost` if the socket fails, or if the broker sends bytes that are not valid AMQP.
  func next(_ body: (borrowing Frame) -> Void) throws(AMQPClientError) -> Bool {
    var raw = retort_frame()
    let status = heartbeats.withSocket { retort_next_frame(connection, &raw) }
    if status == AMQP_STATUS_TIMEOUT.rawValue { return false }
    try check(status)
    body(Frame(raw))
    amqp_maybe_release_buffers_on_channel(connection, raw.channel)
    return true
  }

  /// Publishes a message on the default exchange.
  ///
  /// Without TLS, a small message is first stored in a buffer. ``flush()`` sends the buffer.
  func publish(_ message: OutgoingMessage) throws(AMQPClientError) {
    if burst?.add(message) == true { return }
    try flush()
    if burst?.add(message) == true { return }
    try check(
      message.withRaw { raw in
        var raw = raw
        return heartbeats.withSocket { retort_publish(connection, message.channel, &raw) }
      })
  }

  /// Acknowledges a delivery.
  ///
  /// Without TLS, the acknowledgement is first stored in a buffer. ``flush()`` sends the buffer.
  func acknowledge(_ channel: UInt16, _ tag: UInt64) throws(AMQPClientError) {
    if burst?.add(acknowledging: tag, on: channel) == true { return }
    try flush()
    try check(heartbeats.withSocket { retort_ack(connection, channel, tag) })
  }

  /// Sets the time after which the kernel discards bytes that the broker has not acknowledged, in seconds.
  ///
  /// Without a limit, the kernel could still deliver a request minutes after the client has reported the connection as
  /// lost. The value 0 removes the limit.
  func limitUnacknowledged(to seconds: Int) {
    retort_limit_unacknowledged(descriptor, UInt32(clamping: 1000 * seconds))
  }

  /// The maximum number of channels, which the login has agreed with the broker.
  var channelLimit: UInt16 {
    let limit = amqp_get_channel_max(connection)
    return limit > 0 ? UInt16(clamping: min(limit, 2047)) : 2047
  }

  /// Sends the buffered messages.
  func flush() throws(AMQPClientError) {
    guard burst?.isEmpty == false else { return }
    try heartbeats.withSocket { () throws(AMQPClientError) in try burst?.send(descriptor) }
  }

  /// Sends the buffered messages, and then an AMQP method on a channel.
  ///
  /// The broker's answer to the method arrives later as a frame.
  func send(_ method: SynchronousMethod, on channel: UInt16) throws(AMQPClientError) {
    try flush()
    try check(heartbeats.withSocket { status(ofSending: method, on: channel) })
  }

  /// Sends a method, and returns librabbitmq's status code.
  private func status(ofSending method: SynchronousMethod, on channel: UInt16) -> Int32 {
    switch method {
    case .openChannel: retort_open_channel(connection, channel)
    case .closeChannel: retort_close_channel(connection, channel)
    case .declareReplyQueue: retort_declare_reply_queue(connection, channel)
    case .findRequestQueue(let name):
      Array(name.utf8).withLent { retort_find_request_queue(connection, channel, $0) }
    case .declareRequestQueue(let name, let declaration):
      Array(name.utf8).withLent { name in
        Array((declaration.type?.rawValue ?? "").utf8).withLent { type in
          retort_declare_request_queue(
            connection, channel, name, declaration.isDurable ? 1 : 0, type, Int32(declaration.deliveryLimit ?? 0),
            declaration.isExclusive ? 1 : 0)
        }
      }
    case .prefetch(let count): retort_prefetch(connection, channel, count)
    case .selectConfirms: retort_select_confirms(connection, channel)
    case .consume(let queue, let acknowledges):
      queue.withLent { retort_consume(connection, channel, $0, acknowledges ? 0 : 1) }
    case .cancel(let tag): tag.withLent { retort_cancel(connection, channel, $0) }
    }
  }

  func confirmChannelClose(_ channel: UInt16) throws(AMQPClientError) {
    try check(heartbeats.withSocket { retort_confirm_channel_close(connection, channel) })
  }

  func closeConnection() throws(AMQPClientError) {
    try check(heartbeats.withSocket { retort_close_connection(connection) })
  }

  func confirmConnectionClose() throws(AMQPClientError) {
    try check(heartbeats.withSocket { retort_confirm_connection_close(connection) })
  }

  /// Whether the socket accepts a body of `count` bytes without blocking.
  ///
  /// If the body is larger than `room`, true means only that the socket is writable. To save system calls, the function
  /// calls `poll` only if `roomLeft` is less than `count`. If the result is true, the function subtracts `count` + 4096
  /// from `roomLeft`, because the kernel may use a whole memory page of 4096 bytes for a small message.
  func hasRoom(for count: Int) -> Bool {
    if roomLeft < count {
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&entry, 1, 0) > 0, Int32(entry.revents) & POLLOUT != 0 else { return false }
      roomLeft = room
    }
    roomLeft -= count + 4096
    return true
  }

  /// Whether librabbitmq may have buffered input that it has not yet returned as frames.
  ///
  /// Always true with TLS, because the program can't see how many bytes OpenSSL has buffered.
  var mayHoldInput: Bool {
    burst == nil || amqp_frames_enqueued(connection) != 0 || amqp_data_in_buffer(connection) != 0
  }

  private func check(_ status: Int32) throws(AMQPClientError) {
    if status == AMQP_STATUS_OK.rawValue { return }
    throw .broken(status == AMQP_STATUS_SOCKET_ERROR.rawValue ? String(cString: strerror(errno)) : Self.text(status))
  }
}

extension AMQPClientError {
  /// Returns a `lost` error that says why the connection broke.
  static func broken(_ why: String) -> AMQPClientError { AMQPClientError(.lost, "the connection broke: \(why)") }
}

extension AMQPURI {
  /// The URI's timeout as a C structure.
  var timeLimit: timeval { timeval(tv_sec: timeout / 1000, tv_usec: timeout % 1000 * 1000) }
}

extension [UInt8] {
  /// Passes the bytes to `body` as a C structure, which is valid only until `body` returns.
  func withLent<Result>(_ body: (retort_bytes) -> Result) -> Result {
    withUnsafeBufferPointer { body(retort_bytes(start: $0.baseAddress, count: $0.count)) }
  }
}
