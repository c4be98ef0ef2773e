import CRabbitMQ
import Glibc

/// A librabbitmq connection; its memory and socket go with it.
///
/// Everything is called on the connection's thread. Pointers stay in this folder.
struct AMQPHandle: ~Copyable {
  private let connection: amqp_connection_state_t
  /// The socket.
  let descriptor: Int32
  /// How many bytes the socket takes after it was found writable.
  let room: Int
  /// How many of them it surely takes yet.
  private var roomLeft = 0
  /// What goes out at once; nil under TLS, where librabbitmq alone can write.
  private var burst: Burst?

  deinit { amqp_destroy_connection(connection) }

  /// Connects and logs in; blocks for at most the URI's timeout.
  init(_ uri: AMQPURI, name: String) throws(BrokerError) {
    guard let connection = amqp_new_connection() else { throw BrokerError(.unreachable, "out of memory") }
    let socket: OpaquePointer
    do throws(BrokerError) { socket = try Self.socket(connection, uri) } catch {
      amqp_destroy_connection(connection)
      throw error
    }
    var timeout = timeval(tv_sec: uri.timeout / 1000, tv_usec: uri.timeout % 1000 * 1000)
    amqp_set_handshake_timeout(connection, &timeout)
    amqp_set_rpc_timeout(connection, &timeout)
    let status = amqp_socket_open_noblock(socket, uri.host, Int32(uri.port), &timeout)
    guard status == AMQP_STATUS_OK.rawValue else {
      let code = errno
      amqp_destroy_connection(connection)
      throw Self.unreachable(status, code, uri)
    }
    do throws(BrokerError) { try Self.logIn(connection, uri, name) } catch {
      amqp_destroy_connection(connection)
      throw error
    }
    self.connection = connection
    descriptor = amqp_get_sockfd(connection)
    room = max(Int(retort_enlarge_send_buffer(descriptor, 4 << 20)) / 4, 16384)
    burst = uri.tls == nil ? Burst(frameMax: Int(amqp_get_frame_max(connection))) : nil
  }

  /// The socket of a connection: plain, or with TLS 1.2 or newer (`amqp_ssl_socket_new`).
  private static func socket(
    _ connection: amqp_connection_state_t, _ uri: AMQPURI
  ) throws(BrokerError) -> OpaquePointer {
    guard let tls = uri.tls else {
      guard let socket = amqp_tcp_socket_new(connection) else { throw BrokerError(.unreachable, "out of memory") }
      return socket
    }
    guard let socket = amqp_ssl_socket_new(connection) else { throw BrokerError(.unreachable, "out of memory") }
    amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
    amqp_ssl_socket_set_verify_peer(socket, tls.verifies ? 1 : 0)
    amqp_ssl_socket_set_verify_hostname(socket, tls.verifies && tls.serverName == nil ? 1 : 0)
    if let name = tls.serverName, retort_name_server(socket, name, tls.verifies ? 1 : 0) == 0 {
      throw BrokerError(.address, "\(name) can't be a server's name")
    }
    if tls.verifies, amqp_ssl_socket_set_cacert(socket, tls.authorities) != AMQP_STATUS_OK.rawValue {
      throw BrokerError(
        .address,
        "the authorities in \(tls.authorities) can't be read: Debian's are in package ca-certificates; "
          + "cacertfile= names others")
    }
    if let certificate = tls.certificate,
      amqp_ssl_socket_set_key(socket, certificate, tls.key ?? certificate) != AMQP_STATUS_OK.rawValue
    {
      throw BrokerError(.address, "the certificate \(certificate) or its key \(tls.key ?? certificate) can't be read")
    }
    return socket
  }

  private static func unreachable(_ status: Int32, _ code: Int32, _ uri: AMQPURI) -> BrokerError {
    let place = "\(uri.host):\(uri.port)"
    switch status {
    case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED.rawValue:
      return BrokerError(.unreachable, "there is no host \(uri.host)")
    case AMQP_STATUS_TIMEOUT.rawValue:
      return BrokerError(.unreachable, "\(place) did not answer within \(uri.timeout) ms")
    case AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue where uri.tls?.serverName != nil:
      return BrokerError(
        .unreachable,
        "\(place) has a certificate that no trusted authority signed for \(uri.tls?.serverName ?? uri.host): "
          + "cacertfile= names an authority, server_name_indication= the broker")
    case AMQP_STATUS_SSL_PEER_VERIFY_FAILED.rawValue:
      return BrokerError(
        .unreachable, "\(place) has a certificate that no trusted authority signed: cacertfile= names one")
    case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED.rawValue:
      return BrokerError(.unreachable, "\(place) has a certificate for another name than \(uri.host)")
    case AMQP_STATUS_SSL_ERROR.rawValue, AMQP_STATUS_SSL_CONNECTION_FAILED.rawValue:
      return BrokerError(.unreachable, "\(place) does not speak TLS as asked: \(text(status))")
    default:
      if code == ECONNREFUSED || status == AMQP_STATUS_SOCKET_ERROR.rawValue {
        return BrokerError(.unreachable, "connection refused by \(place)")
      }
      return BrokerError(.unreachable, "no connection to \(place): \(text(status))")
    }
  }

  private static func logIn(
    _ connection: amqp_connection_state_t, _ uri: AMQPURI, _ name: String
  ) throws(BrokerError) {
    var code: UInt16 = 0
    var reason = [CChar](repeating: 0, count: 256)
    let status = retort_login(
      connection, uri.vhost, Int32(uri.frameMax), Int32(uri.heartbeat), uri.user, uri.password, name, &code, &reason,
      reason.count)
    guard status != AMQP_STATUS_OK.rawValue else { return }
    let said = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let place = "\(uri.host):\(uri.port)"
    if code == 403 || code == 0 && status == AMQP_STATUS_CONNECTION_CLOSED.rawValue && said.isEmpty {
      throw BrokerError(.authentication, "\(place) refused user \(uri.user)\(said.isEmpty ? "" : ": \(said)")")
    }
    if code == 530 { throw BrokerError(.vhost, "\(place) has no vhost \(uri.vhost) for user \(uri.user): \(said)") }
    if code != 0 { throw BrokerError(.unreachable, "\(place) closed the connection: \(code) \(said)") }
    if status == AMQP_STATUS_TIMEOUT.rawValue { throw unreachable(status, 0, uri) }
    throw BrokerError(.unreachable, "\(place) did not log in: \(text(status))")
  }

  static func text(_ status: Int32) -> String { amqp_error_string2(status).map { String(cString: $0) } ?? "\(status)" }

  /// Takes a frame that has arrived, with its bytes copied; nil where there is none.
  ///
  /// - Throws: `lost` where the socket or the protocol is broken.
  mutating func next(_ body: (borrowing Frame) -> Void) throws(BrokerError) -> Bool {
    var raw = retort_frame()
    let status = retort_next_frame(connection, &raw)
    if status == AMQP_STATUS_TIMEOUT.rawValue { return false }
    try check(status)
    body(Frame(raw))
    amqp_maybe_release_buffers_on_channel(connection, raw.channel)
    return true
  }

  /// Publishes a message on the default exchange; a small one goes out with ``flush()``.
  mutating func publish(_ message: OutgoingMessage) throws(BrokerError) {
    if burst?.add(message) == true { return }
    try flush()
    if burst?.add(message) == true { return }
    try check(
      message.withRaw { raw in
        var raw = raw
        return retort_publish(connection, message.channel, &raw)
      })
  }

  /// Acknowledges a delivery, with ``flush()``.
  mutating func acknowledge(_ channel: UInt16, _ tag: UInt64) throws(BrokerError) {
    if burst?.add(acknowledging: tag, on: channel) == true { return }
    try flush()
    try check(retort_ack(connection, channel, tag))
  }

  /// Sends what waits to go out at once.
  mutating func flush() throws(BrokerError) { try burst?.send(descriptor) }

  /// Sends a method on a channel; the broker's answer comes as a frame.
  mutating func send(_ method: Method, on channel: UInt16) throws(BrokerError) {
    let status =
      switch method {
      case .openChannel: retort_open_channel(connection, channel)
      case .closeChannel: retort_close_channel(connection, channel)
      case .declareReplyQueue: retort_declare_reply_queue(connection, channel)
      case .declareRequestQueue(let name, let isPassive):
        Array(name.utf8).withLent { retort_declare_request_queue(connection, channel, $0, isPassive ? 1 : 0) }
      case .prefetch(let count): retort_prefetch(connection, channel, count)
      case .consume(let queue, let acknowledges):
        queue.withLent { retort_consume(connection, channel, $0, acknowledges ? 0 : 1) }
      case .cancel(let tag): tag.withLent { retort_cancel(connection, channel, $0) }
      }
    try check(status)
  }

  mutating func confirmChannelClose(_ channel: UInt16) throws(BrokerError) {
    try check(retort_confirm_channel_close(connection, channel))
  }

  mutating func closeConnection() throws(BrokerError) { try check(retort_close_connection(connection)) }

  mutating func confirmConnectionClose() throws(BrokerError) {
    try check(retort_confirm_connection_close(connection))
  }

  /// Whether the socket takes a body of some bytes without blocking, or as much as it ever does.
  ///
  /// It is asked only where what it took since it was last asked could have filled it; a message may cost it a page.
  mutating func hasRoom(for count: Int) -> Bool {
    if roomLeft < count {
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&entry, 1, 0) > 0, Int32(entry.revents) & POLLOUT != 0 else { return false }
      roomLeft = room
    }
    roomLeft -= count + 4096
    return true
  }

  /// Whether something was read from the socket and not taken yet; under TLS that can't be told.
  var mayHoldInput: Bool {
    burst == nil || amqp_frames_enqueued(connection) != 0 || amqp_data_in_buffer(connection) != 0
  }

  private func check(_ status: Int32) throws(BrokerError) {
    if status == AMQP_STATUS_OK.rawValue { return }
    throw .broken(status == AMQP_STATUS_SOCKET_ERROR.rawValue ? String(cString: strerror(errno)) : Self.text(status))
  }
}

extension BrokerError {
  /// The loss of a socket, or of what is understood on it.
  static func broken(_ why: String) -> BrokerError { BrokerError(.lost, "the connection broke: \(why)") }
}

extension [UInt8] {
  /// Lends the bytes to a C function.
  func withLent<Result>(_ body: (retort_bytes) -> Result) -> Result {
    withUnsafeBufferPointer { body(retort_bytes(start: $0.baseAddress, count: $0.count)) }
  }
}
