/// Where a broker is and how to log in (https://www.rabbitmq.com/docs/uri-spec).
///
/// ```swift
/// let uri = try AMQPURI("amqp://guest:guest@localhost/?heartbeat=10")
/// "\(uri)"  // "amqp://guest@localhost:5672/"
/// ```
/// Unlike the specification, a path of `/` alone is the vhost `/`, as none is.
public struct AMQPURI: Sendable, Hashable, CustomStringConvertible {
  /// The host.
  public var host = "localhost"
  /// The port.
  public var port = 5672
  /// The user.
  public var user = "guest"
  /// The password, which nothing shows.
  public var password = "guest"
  /// Whether a user is named and no password, not even an empty one.
  public var lacksPassword = false
  /// The vhost.
  public var vhost = "/"
  /// Seconds between heartbeats; 0 for none.
  public var heartbeat = 30
  /// How long connecting and logging in may take, in milliseconds.
  public var timeout = 5000
  /// The largest frame, in bytes.
  public var frameMax = 131_072
  /// How the connection is encrypted, where the URI begins with `amqps:`.
  public var tls: TLS?

  /// What an `amqps:` connection trusts, and how it shows itself (https://www.rabbitmq.com/docs/uri-query-parameters).
  public struct TLS: Sendable, Hashable {
    /// The authorities that are trusted, as PEM: `cacertfile`.
    public var authorities = "/etc/ssl/certs/ca-certificates.crt"
    /// The client's own certificate as PEM: `certfile`.
    public var certificate: String?
    /// The key of it as PEM: `keyfile`.
    public var key: String?
    /// Whether the broker's certificate and its name are held against the authorities and the host: `verify`.
    public var verifies = true
    /// The name that the broker is asked for and its certificate is held against, where it is not the host:
    /// `server_name_indication`.
    public var serverName: String?
  }

  private static let parameters = ["heartbeat", "connection_timeout", "frame_max"]
  private static let tlsParameters = ["cacertfile", "certfile", "keyfile", "verify", "server_name_indication"]

  /// Parses a URI.
  ///
  /// - Throws: an `address` error that says what to write instead, without any part of a password.
  public init(_ text: String) throws(BrokerError) {
    guard !text.contains(where: \.isWhitespace) else {
      throw BrokerError(.address, "a URI holds no space and no line end: in a name or password a space is written %20")
    }
    let start = text.lowercased()
    guard let scheme = ["amqp://", "amqps://"].first(where: start.hasPrefix) else {
      throw BrokerError(.address, "a broker's URI begins with amqp:// or amqps://")
    }
    if scheme == "amqps://" { (tls, port) = (TLS(), 5671) }
    var rest = text.dropFirst(scheme.count)
    let mark = Self.query(rest)
    let parameters = mark.map { rest[$0...].dropFirst() } ?? ""
    rest = rest[..<(mark ?? rest.endIndex)]
    try refuseUnescaped(rest)
    if let at = rest.firstIndex(of: "@") {
      try take(credentials: rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    if let slash = rest.firstIndex(of: "/") {
      let path = String(rest[rest.index(after: slash)...])
      if !path.isEmpty { vhost = try Self.decoded(path, "vhost") }
      rest = rest[..<slash]
    }
    try take(address: rest)
    try take(parameters: parameters)
    if tls?.key != nil, tls?.certificate == nil {
      throw BrokerError(.address, "keyfile is of no use without certfile, the certificate that the key is for")
    }
  }

  /// The URI without the password.
  public var description: String {
    let path = vhost == "/" ? "" : Self.encoded(vhost)
    return
      "\(tls == nil ? "amqp" : "amqps")://\(Self.encoded(user))@\(host.contains(":") ? "[\(host)]" : host):\(port)/\(path)"
  }

  /// Where the `?` before the parameters is; one that stands in a password is none.
  ///
  /// An `@` behind it is in the value of a parameter that names a file or a host, or it ends a password.
  private static func query(_ text: Substring) -> Substring.Index? {
    guard let mark = text.firstIndex(of: "?") else { return nil }
    guard let last = text.lastIndex(of: "@"), mark < last, text[..<last].contains(":") else { return mark }
    let pairs = text[mark...].dropFirst().split(separator: "&")
    return pairs.allSatisfy { pair in
      let name = String(pair.prefix { $0 != "=" })
      return tlsParameters.contains(name) || parameters.contains(name) && !pair.contains("@")
    } ? mark : nil
  }

  /// Two `@`, a `/`, a `?` or a `#` before the last `@` stand in a user or password that was not escaped.
  private func refuseUnescaped(_ text: Substring) throws(BrokerError) {
    guard let last = text.lastIndex(of: "@") else { return }
    let credentials = text[..<last]
    guard let place = credentials.firstIndex(where: { "@/?#".contains($0) }) else { return }
    let bad = String(text[place])
    let user = String(credentials.prefix { $0 != ":" }).replacing(bad, with: Self.encoded(bad))
    let isPassword = credentials[..<place].contains(":")
    let hidden = credentials.contains(":") ? ":***" : ""
    throw BrokerError(
      .address,
      "the \(isPassword ? "password" : "user") holds \(bad), which a URI can't: write it as \(Self.encoded(bad)): \(tls == nil ? "amqp" : "amqps")://\(user)\(hidden)\(text[last...])"
    )
  }

  private mutating func take(credentials text: Substring) throws(BrokerError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    user = try Self.decoded(parts[0], "user")
    lacksPassword = parts.count == 1
    password = parts.count > 1 ? try Self.decoded(parts[1], "password") : ""
  }

  private mutating func take(address text: Substring) throws(BrokerError) {
    var rest = text
    if !text.hasPrefix("["), text.contains("::") {
      throw BrokerError(.address, "an address of IPv6 stands in brackets: \(Self.bracketed(text))")
    }
    if rest.hasPrefix("["), !rest.contains("]") {
      throw BrokerError(.address, "the bracket of the address \(text) is not closed: [::1]:5672")
    }
    if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
      host = String(rest[rest.index(after: rest.startIndex)..<end])
      rest = rest[rest.index(after: end)...]
    } else {
      host = String(rest.prefix { $0 != ":" })
      rest = rest.dropFirst(host.count)
    }
    if host.isEmpty { host = "localhost" }
    guard !rest.isEmpty else { return }
    let digits = rest.dropFirst()
    guard rest.hasPrefix(":"), digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(digits),
      1...65535 ~= number
    else {
      throw BrokerError(
        .address,
        "\(host) is followed by no port, which is a number up to 65535; behind a password come an @ and the host")
    }
    port = number
  }

  /// An address of IPv6 in brackets, with the port behind them that most likely is one.
  private static func bracketed(_ text: Substring) -> String {
    for port in [":5672", ":5671"] where text.hasSuffix(port) { return "[\(text.dropLast(port.count))]\(port)" }
    return "[\(text)]"
  }

  private mutating func take(parameters text: Substring) throws(BrokerError) {
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2, Self.tlsParameters.contains(parts[0]) {
        try take(tls: parts[0], try Self.decoded(parts[1], parts[0]))
        continue
      }
      guard parts.count == 2, let value = Int(parts[1]), value >= 0 else {
        throw BrokerError(.address, "\(pair) is no parameter with a number: \(Self.parameters.joined(separator: ", "))")
      }
      switch parts[0] {
      case "heartbeat" where value <= 65535: heartbeat = value
      case "connection_timeout" where 1...3_600_000 ~= value: timeout = value
      case "frame_max" where 4096...(1 << 27) ~= value: frameMax = value
      case "heartbeat", "connection_timeout", "frame_max":
        throw BrokerError(.address, "\(pair) is out of range")
      default:
        throw BrokerError(
          .address,
          "there is no parameter \(parts[0]): \((Self.parameters + Self.tlsParameters).joined(separator: ", "))")
      }
    }
  }

  private mutating func take(tls name: String, _ value: String) throws(BrokerError) {
    guard tls != nil else { throw BrokerError(.address, "\(name) is for amqps:// only") }
    switch name {
    case "cacertfile": tls?.authorities = value
    case "certfile": tls?.certificate = value
    case "keyfile": tls?.key = value
    case "server_name_indication": tls?.serverName = value
    default:
      guard ["verify_peer", "verify_none"].contains(value) else {
        throw BrokerError(.address, "verify is verify_peer or verify_none, not \(value)")
      }
      tls?.verifies = value == "verify_peer"
    }
  }

  private static func decoded(_ text: String, _ what: String) throws(BrokerError) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, rest.first != UInt8(ascii: "+"),
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      else {
        throw BrokerError(.address, "a % in the \(what) is written %25")
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard let result = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw BrokerError(.address, "the \(what) is not UTF-8 text")
    }
    return result
  }

  private static func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return result
  }
}
