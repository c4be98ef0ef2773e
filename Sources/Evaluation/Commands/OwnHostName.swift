import Glibc

/// The machine on which the program runs.
enum OwnHostName {
  /// The name of the machine, which each request contains as `meta.host`.
  ///
  /// The function `Retort.Client.Generic` sends the same default.
  static let name: String = {
    var bytes = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "localhost" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()
}
