/// A completed stage of opening a connection, such as the login.
public enum CompletedOpeningStage: Sendable, Equatable {
  /// The socket is connected. With `amqps:`, the TLS handshake has succeeded too.
  ///
  /// Without `amqps:`, the report is nil.
  case connected(TLSReport?)
  /// The broker accepted the user and opened the vhost.
  case loggedIn
}

/// The results of the TLS handshake with a broker.
public struct TLSReport: Sendable, Equatable {
  /// A certificate from the chain that the broker sent.
  public struct Certificate: Sendable, Equatable {
    /// The host names for which the certificate is valid, separated by commas.
    ///
    /// For the certificate of an authority, the subject is the authority's common name.
    public var subject: String
    /// The common name of the authority that signed the certificate.
    public var issuer: String
    /// The seconds until the certificate expires; negative if it has expired.
    public var secondsLeft: Int
  }

  /// The version of the TLS protocol, such as `TLSv1.3`.
  public var version: String
  /// The cipher's name in OpenSSL, such as `TLS_AES_256_GCM_SHA384`.
  public var cipher: String
  /// Whether the client verified the chain and the broker's name.
  public var isVerified: Bool
  /// The certificates that the broker sent, at most 16.
  ///
  /// The broker's own certificate is the first.
  public var chain: [Certificate] = []
}
