import Glibc

/// The machine that the program runs on.
enum HostMachine {
  /// The machine's name, which requests contain as `meta.host` (Retort.Client.Generic's default).
  static let name: String = {
    var bytes = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "localhost" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()
}
