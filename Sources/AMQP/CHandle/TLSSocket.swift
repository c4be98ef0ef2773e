import CRabbitMQ
import Glibc

/// The socket of a connection that uses TLS 1.2 or newer.
///
/// After a failed handshake, `objection(_:)` returns the reason for the failure.
struct TLSSocket {
  /// The socket object of librabbitmq.
  ///
  /// librabbitmq frees the object together with the connection.
  let socket: OpaquePointer
  private let tls: AMQPURI.TLS
  /// The name that the broker's certificate must contain.
  private let name: String

  /// Creates the socket of a connection, and reads the key and certificate files that the URI names.
  ///
  /// - Throws: A `tls` error. The message says what to correct in the URI.
  init(_ connection: amqp_connection_state_t, _ tls: AMQPURI.TLS, host: String) throws(AMQPClientError) {
    guard let socket = amqp_ssl_socket_new(connection) else { throw AMQPClientError(.unreachable, "out of memory") }
    self.socket = socket
    self.tls = tls
    name = tls.serverName ?? host
    amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
    amqp_ssl_socket_set_verify_peer(socket, tls.verifies ? 1 : 0)
    amqp_ssl_socket_set_verify_hostname(socket, 0)  // off, because OpenSSL itself verifies the name or address
    guard retort_prepare_tls(socket, name, tls.serverName == nil ? 0 : 1, tls.verifies ? 1 : 0) != 0 else {
      throw AMQPClientError(
        .tls, "\(name) is not a valid server name: correct the host, or the parameter server_name_indication=")
    }
    if tls.verifies { try check(retort_trust(socket, tls.authorities), "cacertfile", tls.authorities) }
    guard let certificate = tls.certificate else { return }
    try check(retort_show(socket, certificate), "certfile", certificate)
    if let key = tls.key {
      try check(retort_sign(socket, key), "keyfile", key, isKey: true)
    } else {
      try check(retort_sign(socket, certificate), "certfile", certificate, isKey: true)
    }
  }

  /// Whether the server at the URI's port speaks TLS.
  ///
  /// The function attempts a TLS handshake to find out.
  static func isAnswered(_ uri: AMQPURI) -> Bool {
    guard let connection = amqp_new_connection() else { return false }
    defer { amqp_destroy_connection(connection) }
    var tls = AMQPURI.TLS()
    tls.verifies = false
    guard let secured = try? TLSSocket(connection, tls, host: uri.host) else { return false }
    var timeout = uri.timeLimit
    let status = amqp_socket_open_noblock(secured.socket, uri.host, Int32(uri.port), &timeout)
    return status == AMQP_STATUS_OK.rawValue || retort_handshake_of(secured.socket).alert != 0
  }

  private func check(_ read: retort_pem, _ parameter: String, _ file: String, isKey: Bool = false)
    throws(AMQPClientError)
  {
    let named = "\(parameter)=\(file)"
    let why: String
    switch read {
    case RETORT_PEM_FINE: return
    case RETORT_PEM_UNREADABLE:
      why =
        "\(named) can't be read: \(String(cString: strerror(errno)))"
        + (parameter == "cacertfile" ? ": correct the path, or install Debian's package ca-certificates" : "")
    case RETORT_PEM_ENCRYPTED:
      why = "the key in \(named) is encrypted: write an unencrypted copy with openssl pkey -in \(file) -out PLAIN"
    case RETORT_PEM_OF_ANOTHER:
      why = "the key in \(named) does not belong to the certificate in certfile=\(tls.certificate ?? "")"
    case _ where isKey && parameter == "certfile":
      why = "\(named) has no key in PEM: set keyfile= to the file with the key"
    default: why = "\(named) has no \(isKey ? "key" : "certificate") in PEM"
    }
    throw AMQPClientError(.tls, why)
  }

  /// The version, the cipher and the certificates of a successful handshake.
  var report: TLSReport {
    var report = TLSReport(
      version: String(cString: retort_tls_version(socket)), cipher: String(cString: retort_tls_cipher(socket)),
      isVerified: tls.verifies)
    let size = 512
    var (subject, issuer) = ([CChar](repeating: 0, count: size), [CChar](repeating: 0, count: size))
    var left: Int64 = 0
    while report.chain.count < 16,
      retort_certificate(socket, Int32(report.chain.count), &subject, &issuer, size, &left) != 0
    {
      report.chain.append(
        TLSReport.Certificate(subject: Self.text(subject), issuer: Self.text(issuer), secondsLeft: Int(left)))
    }
    return report
  }

  private static func text(_ bytes: [CChar]) -> String {
    String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Returns the error for a failed handshake; nil if the handshake failed for a reason other than TLS.
  ///
  /// `place` is the host and the port, such as `localhost:5671`.
  func objection(_ place: String) -> AMQPClientError? {
    let handshake = retort_handshake_of(socket)
    if let reason = distrust(handshake) { return AMQPClientError(.tls, "\(place) has a certificate \(reason)") }
    if handshake.wants_certificate != 0 { return AMQPClientError(.tls, "\(place) \(refusal(handshake))") }
    if handshake.is_plain != 0 {
      return AMQPClientError(.tls, "\(place) does not speak TLS: write amqp://, whose usual port is 5672")
    }
    switch handshake.alert {
    case 0: return nil
    case 40: return AMQPClientError(.tls, "\(place) has no cipher in common with this machine's OpenSSL")
    case 70: return AMQPClientError(.tls, "\(place) does not speak TLS 1.2 or newer")
    case 112:
      return AMQPClientError(
        .tls,
        "\(place) does not recognize the server name \(name): set server_name_indication= to the broker's name")
    default: return AMQPClientError(.tls, "\(place) ended the TLS handshake: \(String(cString: handshake.alert_text))")
    }
  }

  private func distrust(_ handshake: retort_handshake) -> String? {
    let whose = handshake.is_authority != 0 ? "signed by an authority whose certificate" : "that"
    switch handshake.distrust {
    case RETORT_DISTRUST_NONE: return nil
    case RETORT_DISTRUST_EXPIRED:
      let expired = handshake.is_authority != 0 ? "the authority's certificate" : "the certificate"
      return "\(whose) expired at \(String(cString: handshake.ends)): renew \(expired), or check this computer's clock"
    case RETORT_DISTRUST_NOT_YET_VALID:
      return "\(whose) is not valid before \(String(cString: handshake.begins)): check this computer's clock"
    case RETORT_DISTRUST_SELF_SIGNED:
      return "that is self-signed: to trust the certificate, set cacertfile= to its file"
    case RETORT_DISTRUST_AUTHORITY:
      return
        "that no trusted authority signed: set cacertfile= to the file with the signing authority's certificate"
    case RETORT_DISTRUST_NAME:
      let names = String(cString: handshake.names)
      guard !names.isEmpty else { return "without a name: the broker needs a certificate that names \(name)" }
      return
        "for \(names), not for \(name): connect to a host that the certificate names, or set server_name_indication= to one of these names"
    default: return "that OpenSSL does not accept: \(String(cString: handshake.distrust_text))"
    }
  }

  /// Returns the message for a broker that asked for a client certificate and then refused the connection.
  ///
  /// The broker's reason is known only if the broker sent a TLS alert.
  private func refusal(_ handshake: retort_handshake) -> String {
    guard let certificate = tls.certificate else {
      return
        "\(handshake.alert == 0 ? "ended the connection after it asked for" : "requires") a client certificate: "
        + "set certfile= to the file with the certificate, and keyfile= to the file with the key"
    }
    switch handshake.alert {
    case 0: return "closed the connection after it received the certificate in \(certificate): see the broker's log"
    case 44: return "refuses the certificate in \(certificate): it is revoked"
    case 45: return "refuses the certificate in \(certificate): it has expired"
    case 48: return "refuses the certificate in \(certificate): no authority that the broker trusts signed it"
    default: return "refuses the certificate in \(certificate): \(String(cString: handshake.alert_text))"
    }
  }
}
