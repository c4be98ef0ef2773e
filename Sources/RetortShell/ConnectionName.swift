import Glibc

/// Returns the connection name that RabbitMQ's management interface shows, such as `retort 0.1.0 user@host script`.
func connectionName(_ script: String) -> String {
  var host = [CChar](repeating: 0, count: 256)
  _ = unsafe gethostname(&host, host.count - 1)
  let name = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let user = unsafe getpwuid(getuid()).map { unsafe String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())"
  return "retort \(version) \(user)@\(name) \(script)"
}
