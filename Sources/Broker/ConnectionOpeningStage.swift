/// A completed stage of opening a connection.
public enum ConnectionOpeningStage: Sendable, Equatable {
  /// The socket is open, with TLS for `amqps:`.
  case connected(TLSReport?)
  /// The broker accepted the user and opened the vhost.
  case loggedIn
}

/// The results of the TLS handshake with a broker.
public struct TLSReport: Sendable, Equatable {
  /// A certificate of the broker's chain.
  public struct Certificate: Sendable, Equatable {
    /// The host names for which the certificate is valid, separated by commas; for an authority, its common name.
    public var subject: String
    /// The common name of the authority that signed the certificate.
    public var issuer: String
    /// The seconds until the certificate expires; negative if it has expired.
    public var secondsLeft: Int
  }

  /// The protocol version: `TLSv1.3`.
  public var version: String
  /// The cipher, with OpenSSL's name.
  public var cipher: String
  /// Whether the chain and the name were verified.
  public var isVerified: Bool
  /// The certificates, the broker's own first; at most 16.
  public var chain: [Certificate] = []
}
