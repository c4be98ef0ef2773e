import Glibc

/// The operations on TCP sockets of 127.0.0.1 that a ``Proxy`` needs.
enum LoopbackSocket {
  /// The error of a system call that failed.
  struct Failure: Error, CustomStringConvertible {
    private let code = errno

    var description: String { String(cString: strerror(code)) }
  }

  /// The flags of `send` and `recv` for calls that return immediately and never cause SIGPIPE.
  static let atOnce = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)

  /// Creates a pair of sockets that are connected to each other.
  static func pair() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, streaming, 0, &ends) == 0 else { throw Failure() }
    return (ends[0], ends[1])
  }

  private static let streaming = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

  /// Creates a socket that listens on a free port, and returns the socket and the port.
  static func listening() throws -> (descriptor: Int32, port: Int) {
    let descriptor = try opened()
    var address = address(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, size) | listen(descriptor, 64) | getsockname(descriptor, generic, &size)
      }
    }
    guard status == 0 else { throw Failure() }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  /// Connects to a port, and returns the socket.
  static func connected(to port: Int) throws -> Int32 {
    let descriptor = try opened()
    let status = withUnsafePointer(to: address(port)) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else {
      defer { close(descriptor) }
      throw Failure()
    }
    return descriptor
  }

  /// Makes a socket send each piece of data immediately (`TCP_NODELAY`).
  static func setUndelayed(_ descriptor: Int32) {
    var isOn: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Makes a later `close` of the socket send a reset (RST) to the other side.
  static func setResetting(_ descriptor: Int32) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }

  private static func opened() throws -> Int32 {
    let descriptor = socket(AF_INET, streaming, 0)
    guard descriptor >= 0 else { throw Failure() }
    return descriptor
  }

  private static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
