import Bulk
import Foundation
import Glibc
import JSONText
import Synchronization
import Terminal

/// The Unix socket over which `retort ctl` sends commands, such as `pause`, to a running retort process (a run).
///
/// A process opens its socket when it changes data, or runs a statement for more than a second. Only the owner can
/// enter the directory of the sockets.
struct ControlSocket {
  /// The socket's path.
  let path: String

  /// Returns the directory of a user's sockets.
  ///
  /// The directory is in `$XDG_STATE_HOME`, or in `~/.local/state` if that variable is not set. The result is nil if
  /// `HOME` is not set either.
  static func directory(_ environment: [String: String]) -> String? {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/retort/runs" }
    return environment["HOME"].map { $0 + "/.local/state/retort/runs" }
  }

  /// Returns the socket of a process; nil if the directory of the sockets is unknown.
  static func of(_ process: pid_t, _ environment: [String: String]) -> ControlSocket? {
    directory(environment).map { ControlSocket(path: "\($0)/\(process)") }
  }

  /// Opens the socket as a server, or connects to it as a client; returns nil if the operation fails.
  fileprivate func opened(isServer: Bool) -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return nil }
    if !isServer { Self.limitWaits(number) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let failure = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe isServer ? bind(number, $0, size) : connect(number, $0, size)
      }
    }
    guard failure == 0 else {
      close(number)
      return nil
    }
    return number
  }

  /// Limits each wait of a client to two seconds.
  ///
  /// Without the limit, a client could wait forever: a suspended process accepts connections but does not answer.
  private static func limitWaits(_ number: Int32) {
    var wait = timeval(tv_sec: 2, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      unsafe setsockopt(number, SOL_SOCKET, option, &wait, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  /// Whether a process accepts connections at the socket.
  var isServed: Bool {
    guard let number = opened(isServer: false) else { return false }
    close(number)
    return true
  }

  /// Reads text up to the end of the input or, if `toLine` is true, up to the end of a line.
  fileprivate static func read(_ number: Int32, toLine: Bool) -> String {
    var (text, piece): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 4096))
    while text.count < 1 << 16 {
      let count = unsafe Glibc.read(number, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      text += piece[..<count]
      if toLine, text.contains(0x0A) { break }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Sends a command to the run that owns the socket, and returns the reply.
  ///
  /// - Returns: The reply. It is empty if the run does not answer within two seconds, and nil if the run has ended.
  func ask(_ command: String) -> String? {
    guard let number = opened(isServer: false) else { return nil }
    defer { close(number) }
    guard Console.write(Array((command + "\n").utf8), to: number) else { return nil }
    return Self.read(number, toLine: false)
  }
}

/// Answers the commands of `retort ctl` while the process runs.
final class ControlServer: Sendable {
  private let control: RemoteRunControl
  private let socket: ControlSocket
  private let number: Int32

  /// Opens the socket of the current process; returns nil if the socket can't be opened.
  init?(_ control: RemoteRunControl, _ environment: [String: String]) {
    guard let socket = ControlSocket.of(getpid(), environment) else { return nil }
    Self.makeDirectories(socket.path)
    unsafe unlink(socket.path)
    let mask = umask(0o077)
    defer { umask(mask) }
    guard let number = socket.opened(isServer: true) else { return nil }
    (self.control, self.socket, self.number) = (control, socket, number)
    guard listen(number, 8) == 0 else { return nil }
  }

  deinit {
    close(number)
    unsafe unlink(socket.path)
  }

  /// Deletes the socket's file, before the process ends.
  func remove() { unsafe unlink(socket.path) }

  private static func makeDirectories(_ path: String) {
    for end in path.indices.dropFirst() where path[end] == "/" { unsafe mkdir(String(path[..<end]), 0o700) }
  }

  /// Accepts and answers one connection after another.
  ///
  /// The function returns only if the socket fails.
  func run() {
    while true {
      let peer = accept(number, nil, nil)
      guard peer >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        return
      }
      var wait = timeval(tv_sec: 1, tv_usec: 0)
      unsafe setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
      if Self.isOwner(peer) {
        let command = ControlSocket.read(peer, toLine: true).prefix { $0 != "\n" }
        _ = Console.write(Array((answer(String(command)) + "\n").utf8), to: peer)
      }
      close(peer)
    }
  }

  /// Whether the process at the other end belongs to the same user (SO_PEERCRED).
  private static func isOwner(_ peer: Int32) -> Bool {
    var credentials: [UInt32] = [0, .max, 0]  // pid, uid, gid
    var size = socklen_t(12)
    return unsafe getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 && credentials[1] == getuid()
  }

  private func answer(_ command: String) -> String {
    switch command {
    case "status": break
    case "pause": control.pause()
    case "resume": control.resume()
    case "stop":
      control.stop()
      SignalCatcher.shared.raise(.interrupt)
    case "rate=off": control.limit(perSecond: nil)
    default:
      guard command.hasPrefix("rate="), let rate = Int(digits: command.dropFirst(5)), rate > 0 else {
        return "unknown command"
      }
      control.limit(perSecond: rate)
    }
    return control.status
  }
}

/// The server for `retort ctl`, which is created when the process first needs the server.
final class LazyControlServer: Sendable {
  static let shared = LazyControlServer()

  private let state = Mutex<(server: ControlServer?, isOpened: Bool)>((nil, false))

  /// Opens the server; later calls have no effect.
  func open(_ control: RemoteRunControl, _ environment: [String: String]) {
    state.withLock { state in
      guard !state.isOpened else { return }
      state = (ControlServer(control, environment), true)
      guard let server = state.server else { return }
      Foundation.Thread.detachNewThread { server.run() }
    }
  }

  /// Removes the socket of the server, if the server is open.
  func remove() { state.withLock { $0.server?.remove() } }
}
