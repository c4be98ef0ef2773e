import Glibc

/// The first two steps of connecting: the lookup of the host's addresses, and the TCP connection.
///
/// librabbitmq does not report these steps separately.
public enum ReachabilityCheck {
  /// Returns the numeric addresses of a host, in the resolver's order, without duplicates.
  ///
  /// - Throws: `unreachable` with the resolver's reason.
  public static func addresses(of uri: AMQPURI) throws(AMQPClientError) -> [String] {
    var texts: [String] = []
    try resolve(uri) { entry in
      let text = numeric(entry)
      if !texts.contains(text) { texts.append(text) }
      return true
    }
    return texts
  }

  /// Opens and closes a TCP connection.
  ///
  /// The URI's timeout applies to each address.
  ///
  /// - Returns: The address that accepted the connection.
  /// - Throws: `timeout` if the last address did not answer; otherwise `unreachable`, with the error of the last
  ///   address.
  public static func connect(to uri: AMQPURI) throws(AMQPClientError) -> String {
    var reached: String?
    var code: Int32 = 0
    try resolve(uri) { entry in
      code = attempt(entry, milliseconds: Int32(uri.timeout))
      if code == 0 { reached = numeric(entry) }
      return code != 0
    }
    if let reached { return reached }
    let place = "\(uri.host):\(uri.port)"
    if code == ETIMEDOUT { throw AMQPClientError(.timeout, "\(place) did not answer within \(uri.timeout) ms") }
    if code == ECONNREFUSED { throw AMQPClientError(.unreachable, "connection refused by \(place)") }
    throw AMQPClientError(.unreachable, "no connection to \(place): \(String(cString: strerror(code)))")
  }

  /// Calls `body` with one address after another, until `body` returns false.
  private static func resolve(_ uri: AMQPURI, _ body: (addrinfo) -> Bool) throws(AMQPClientError) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    let failure = getaddrinfo(uri.host, "\(uri.port)", &hints, &first)
    guard failure == 0 else {
      throw AMQPClientError(.unreachable, "there is no host \(uri.host): \(String(cString: gai_strerror(failure)))")
    }
    defer { freeaddrinfo(first) }
    var next = first
    while let entry = next, body(entry.pointee) { next = entry.pointee.ai_next }
  }

  private static func numeric(_ entry: addrinfo) -> String {
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard getnameinfo(entry.ai_addr, entry.ai_addrlen, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0
    else { return "?" }
    return String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Connects to an address.
  ///
  /// Returns 0 or the error code.
  private static func attempt(_ entry: addrinfo, milliseconds: Int32) -> Int32 {
    let number = socket(entry.ai_family, entry.ai_socktype | Int32(SOCK_NONBLOCK.rawValue), entry.ai_protocol)
    guard number >= 0 else { return errno }
    defer { close(number) }
    if Glibc.connect(number, entry.ai_addr, entry.ai_addrlen) == 0 { return 0 }
    guard errno == EINPROGRESS else { return errno }
    var waiting = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    guard poll(&waiting, 1, milliseconds) > 0 else { return ETIMEDOUT }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
  }
}
