import Glibc

/// The operations of a ``Proxy`` on TCP sockets on 127.0.0.1.
enum LoopbackSocket {
  /// A call that failed.
  struct Failure: Error, CustomStringConvertible {
    private let code = errno

    var description: String { String(cString: strerror(code)) }
  }

  /// Sends or receives without waiting, and without SIGPIPE.
  static let atOnce = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)

  /// Makes two connected sockets.
  static func pair() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, streaming, 0, &ends) == 0 else { throw Failure() }
    return (ends[0], ends[1])
  }

  private static let streaming = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

  /// Listens on a free port, and returns it.
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

  /// Connects to a port.
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

  /// Sends each piece immediately, without combining pieces.
  static func setUndelayed(_ descriptor: Int32) {
    var isOn: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Makes the close send a reset.
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
