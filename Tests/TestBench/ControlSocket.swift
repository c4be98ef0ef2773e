import Foundation
import Glibc

/// The Unix socket of `Tests/broker`, by which a test evaluates Erlang expressions in the broker.
struct ControlSocket: Sendable {
  /// The path of the socket.
  var path: String

  /// The error of an evaluation that returned no value.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Evaluates Erlang expressions in the broker, and returns the value of the last expression in Erlang's syntax.
  ///
  /// The text must end with a full stop, as in `1 + 1.`
  ///
  /// - Throws: ``Failure`` if the socket is closed or the expression failed.
  func evaluate(_ erlang: String) throws -> String {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0, connect(descriptor) else {
      throw Failure(description: "the broker's control socket \(path): \(String(cString: strerror(errno)))")
    }
    let stream = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let line = erlang.split(whereSeparator: \.isNewline).joined(separator: " ") + "\n"
    try stream.write(contentsOf: Data(line.utf8))
    let answer = String(decoding: try stream.readToEnd() ?? Data(), as: UTF8.self)
    guard answer.hasPrefix("ok ") else { throw Failure(description: "\(erlang) in the broker: \(answer)") }
    return String(answer.dropFirst(3))
  }

  private func connect(_ descriptor: Int32) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    return withUnsafeMutableBytes(of: &address.sun_path) { target in
      guard bytes.count < target.count else { return false }
      target.copyBytes(from: bytes)
      return true
    }
      && withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
          Glibc.connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
      }
  }
}
