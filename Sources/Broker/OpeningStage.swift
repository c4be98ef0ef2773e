/// A stage of opening a connection that was reached.
public enum OpeningStage: Sendable, Equatable {
  /// The socket is open, under `amqps:` with TLS.
  case connected(TLSReport?)
  /// The broker accepted the user and opened the vhost.
  case loggedIn
}

/// What a broker showed in its TLS handshake.
public struct TLSReport: Sendable, Equatable {
  /// A certificate of the broker's chain.
  public struct Certificate: Sendable, Equatable {
    /// The names it is for, separated by commas; of an authority its common name.
    public var subject: String
    /// The common name of the authority that signed it.
    public var issuer: String
    /// The seconds until it expires; negative if it has expired.
    public var secondsLeft: Int
  }

  /// The protocol version: `TLSv1.3`.
  public var version: String
  /// The cipher, by OpenSSL's name.
  public var cipher: String
  /// Whether the chain and the name were verified.
  public var isVerified: Bool
  /// The certificates, the broker's own first.
  public var chain: [Certificate] = []
}
