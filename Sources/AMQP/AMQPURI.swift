/// The address of a broker, with the user and the password for the login (https://www.rabbitmq.com/docs/uri-spec).
///
/// ```swift
/// let uri = try AMQPURI("amqp://guest:guest@localhost/?heartbeat=10")
/// "\(uri)"  // "amqp://guest@localhost:5672/"
/// ```
///
/// The path `/` and a missing path both mean the vhost `/`. In the specification, by contrast, the path `/` means a
/// vhost with an empty name.
public struct AMQPURI: Sendable, Hashable, CustomStringConvertible {
  /// The broker's host name or IP address.
  public var host = "localhost"
  /// The broker's TCP port.
  public var port = 5672
  /// The user to log in as.
  public var user = "guest"
  /// The password, which `description` does not contain.
  public var password = "guest"
  /// Whether the URI names a user but no password, as in `amqp://guest@localhost`.
  ///
  /// The empty password of `amqp://guest:@localhost` counts as a password.
  public var lacksPassword = false
  /// The vhost that the connection opens.
  public var vhost = "/"
  /// The seconds between heartbeats; 0 turns heartbeats off.
  public var heartbeat = 30
  /// The maximum time for connecting, in milliseconds.
  ///
  /// The login, which follows, has a time limit of the same length.
  public var timeout = 5000
  /// The maximum size of an AMQP frame, in bytes.
  public var frameMax = 131_072
  /// The TLS settings of an `amqps:` URI; nil for an `amqp:` URI.
  public var tls: TLS?

  /// The TLS settings of an `amqps:` connection (https://www.rabbitmq.com/docs/uri-query-parameters).
  public struct TLS: Sendable, Hashable {
    /// The PEM file with the certificates of trusted authorities (the parameter `cacertfile`).
    public var authorities = "/etc/ssl/certs/ca-certificates.crt"
    /// The PEM file with the client's certificate (the parameter `certfile`); nil for no certificate.
    public var certificate: String?
    /// The PEM file with the private key of the client's certificate (the parameter `keyfile`).
    ///
    /// Nil if the file `certificate` also contains the key.
    public var key: String?
    /// Whether the client verifies the broker's certificate and the name in the certificate (the parameter `verify`).
    public var verifies = true
    /// The name that the broker's certificate must contain (the parameter `server_name_indication`).
    ///
    /// The client also sends the name to the broker. Nil means the host of the URI.
    public var serverName: String?
  }

  private static let parameters = ["heartbeat", "connection_timeout", "frame_max"]
  private static let tlsParameters = ["cacertfile", "certfile", "keyfile", "verify", "server_name_indication"]

  /// Parses a URI.
  ///
  /// - Throws: An `address` error. The message proposes a correct form and contains no part of a password.
  public init(_ text: String) throws(AMQPClientError) {
    guard !text.contains(where: \.isWhitespace) else {
      throw AMQPClientError(
        .address, "a URI can't contain spaces or line ends: write a space in a name or password as %20")
    }
    let start = text.lowercased()
    guard let scheme = ["amqp://", "amqps://"].first(where: start.hasPrefix) else {
      throw AMQPClientError(.address, "a broker's URI must begin with amqp:// or amqps://")
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
      throw AMQPClientError(
        .address, "keyfile= needs certfile= too: certfile= names the certificate that belongs to the key")
    }
  }

  /// The URI without the password.
  public var description: String {
    let path = vhost == "/" ? "" : Self.encoded(vhost)
    return
      "\(tls == nil ? "amqp" : "amqps")://\(Self.encoded(user))@\(host.contains(":") ? "[\(host)]" : host):\(port)/\(path)"
  }

  /// Returns the index of the `?` that begins the parameters; nil if the text has no parameters.
  ///
  /// A `?` can also be part of a password, as in `amqp://user:se?cret@host`. The function assumes this if an `@`
  /// follows the `?`, a `:` precedes the last `@`, and the text after the `?` is not a list of known parameters. Of the
  /// known parameters, only TLS parameters may contain an `@`, as part of a file's name or a host.
  private static func query(_ text: Substring) -> Substring.Index? {
    guard let mark = text.firstIndex(of: "?") else { return nil }
    guard let last = text.lastIndex(of: "@"), mark < last, text[..<last].contains(":") else { return mark }
    let pairs = text[mark...].dropFirst().split(separator: "&")
    return pairs.allSatisfy { pair in
      let name = String(pair.prefix { $0 != "=" })
      return tlsParameters.contains(name) || parameters.contains(name) && !pair.contains("@")
    } ? mark : nil
  }

  /// Throws an error if the user or the password contains an `@`, `/`, `?` or `#` that is not percent-encoded.
  ///
  /// The user and the password are the text before the last `@`.
  private func refuseUnescaped(_ text: Substring) throws(AMQPClientError) {
    guard let last = text.lastIndex(of: "@") else { return }
    let credentials = text[..<last]
    guard let place = credentials.firstIndex(where: { "@/?#".contains($0) }) else { return }
    let bad = String(text[place])
    let user = String(credentials.prefix { $0 != ":" }).replacing(bad, with: Self.encoded(bad))
    let isPassword = credentials[..<place].contains(":")
    let hidden = credentials.contains(":") ? ":***" : ""
    throw AMQPClientError(
      .address,
      "the \(isPassword ? "password" : "user") contains \(bad), which a URI does not allow; write \(Self.encoded(bad)) instead: \(tls == nil ? "amqp" : "amqps")://\(user)\(hidden)\(text[last...])"
    )
  }

  private mutating func take(credentials text: Substring) throws(AMQPClientError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    user = try Self.decoded(parts[0], "user")
    lacksPassword = parts.count == 1
    password = parts.count > 1 ? try Self.decoded(parts[1], "password") : ""
  }

  private mutating func take(address text: Substring) throws(AMQPClientError) {
    var rest = text
    if !text.hasPrefix("["), text.contains("::") {
      throw AMQPClientError(.address, "write an IPv6 address in brackets, as in amqp://[::1]:5672/")
    }
    if rest.hasPrefix("["), !rest.contains("]") {
      throw AMQPClientError(
        .address, "the bracket in the address \(text) is not closed; an example of an address is [::1]:5672")
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
    guard rest.hasPrefix(":"), let number = Self.number(digits), 1...65535 ~= number
    else {
      throw AMQPClientError(
        .address,
        "the text after \(host) is not a port from 1 to 65535; if that text is a password, write @ and the host after "
          + "the password")
    }
    port = number
  }

  private mutating func take(parameters text: Substring) throws(AMQPClientError) {
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2, Self.tlsParameters.contains(parts[0]) {
        try take(tls: parts[0], try Self.decoded(parts[1], parts[0]))
        continue
      }
      guard Self.parameters.contains(parts[0]) else {
        let all = Self.parameters + (tls == nil ? [] : Self.tlsParameters)
        let near = all.first { $0.hasPrefix(parts[0].prefix(4)) }
        let known = near.map { "did you mean \($0)?" } ?? "the parameters are \(all.joined(separator: ", "))"
        throw AMQPClientError(
          .address,
          Self.tlsParameters.contains(parts[0])
            ? "\(parts[0]) needs a value: \(parts[0])=..."
            : "unknown parameter \(parts[0]); \(known)")
      }
      guard parts.count == 2, let value = Self.number(parts[1]) else {
        throw AMQPClientError(.address, "\(parts[0]) needs a number: \(parts[0])=30")
      }
      switch parts[0] {
      case "heartbeat" where value <= 65535: heartbeat = value
      case "connection_timeout" where 1...3_600_000 ~= value: timeout = value
      case "frame_max" where 4096...(1 << 27) ~= value: frameMax = value
      default:
        let range =
          switch parts[0] {
          case "heartbeat": "0 to 65535"
          case "connection_timeout": "1 to 3600000"
          default: "4096 to 134217728"
          }
        throw AMQPClientError(.address, "\(pair) is out of range: \(parts[0]) takes a number from \(range)")
      }
    }
  }

  private mutating func take(tls name: String, _ value: String) throws(AMQPClientError) {
    guard tls != nil else { throw AMQPClientError(.address, "\(name) is for amqps:// only") }
    switch name {
    case "cacertfile": tls?.authorities = value
    case "certfile": tls?.certificate = value
    case "keyfile": tls?.key = value
    case "server_name_indication": tls?.serverName = value
    default:
      guard ["verify_peer", "verify_none"].contains(value) else {
        throw AMQPClientError(.address, "verify must be verify_peer or verify_none, not \(value)")
      }
      tls?.verifies = value == "verify_peer"
    }
  }

  /// Parses a decimal number without a sign; returns nil for any other text, such as `-5`.
  private static func number(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
  }

  private static func decoded(_ text: String, _ what: String) throws(AMQPClientError) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      else {
        throw AMQPClientError(.address, "write a % in the \(what) as %25")
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard let result = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw AMQPClientError(.address, "the \(what) is not UTF-8 text")
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
