import AMQP
import Evaluation
import JSONRPC
import Links
import Redaction
import Synchronization

/// Checks in steps whether a connection to a broker can be opened: host name, TCP, TLS, login, vhost.
struct ConnectionCheck {
  let uri: AMQPURI
  /// The URI as the user wrote it, from which the program opens the connection.
  let text: String
  let doctor: Doctor

  /// The remaining lifetime of a certificate, in seconds, below which the doctor shows a warning.
  private static let soon = 30 * 86400

  private var place: String { "\(uri.host):\(uri.port)" }

  /// Checks each step, and opens the connection.
  ///
  /// - Returns: The open connection; nil if a step failed.
  func link() async -> (any JSONRPC.ServiceLink)? {
    guard name(), tcp() else { return nil }
    let stages = Mutex<[(stage: CompletedOpeningStage, time: ContinuousClock.Instant)]>([])
    var listener = Connection.EventObserver()
    listener.stages = { stage in stages.withLock { $0.append((stage, .now)) } }
    let notices = doctor.notices
    let begin = ContinuousClock.now
    do throws(LinkError) {
      let link = try await BrokerLink.open(
        text, name: connectionName("doctor"), listener: listener, password: doctor.asksPassword ? notices.secret : nil)
      addStages(stages.withLock { $0 }, since: begin)
      return link
    } catch {
      addStages(stages.withLock { $0 }, since: begin)
      fail(error, wasConnected: !stages.withLock(\.isEmpty))
      return nil
    }
  }

  private func name() -> Bool {
    let begin = ContinuousClock.now
    do throws(AMQPClientError) {
      let addresses = try ReachabilityCheck.addresses(of: uri)
      return doctor.add(.ok(.name, "\(uri.host) is \(addresses.joined(separator: ", "))", .now - begin))
    } catch {
      let step =
        "check the spelling; getent hosts \(ShellWordQuoter.quoted(uri.host)) asks this machine's resolver"
      return doctor.add(.failed(.name, error.message, step, .now - begin))
    }
  }

  private func tcp() -> Bool {
    let begin = ContinuousClock.now
    do throws(AMQPClientError) {
      let address = try ReachabilityCheck.connect(to: uri)
      return doctor.add(.ok(.tcp, "\(address) accepts connections on port \(uri.port)", .now - begin))
    } catch {
      let step =
        error.kind == .timeout
        ? "a firewall may drop the packets; check host and port, or wait longer with ?connection_timeout=20000"
        : "start the broker, or check the port: ss -ltn on the broker's machine lists the open ports"
      return doctor.add(.failed(.tcp, error.message, step, .now - begin))
    }
  }

  /// Adds a finding for each completed stage of opening the connection, with its duration.
  private func addStages(
    _ stages: [(stage: CompletedOpeningStage, time: ContinuousClock.Instant)], since begin: ContinuousClock.Instant
  ) {
    var last = begin
    for (stage, time) in stages {
      switch stage {
      case .connected(let report?): doctor.add(Self.finding(report, time - last))
      case .connected(nil): break
      case .loggedIn:
        doctor.add(.ok(.login, "as \(uri.user)", time - last))
        doctor.add(.ok(.vhost, uri.vhost))
      }
      last = time
    }
  }

  /// Returns the finding about a successful TLS handshake.
  private static func finding(_ report: TLSReport, _ time: Duration) -> DoctorFinding {
    let chain = report.chain.map { "\($0.subject) by \($0.issuer), \(days($0.secondsLeft))" }
    var finding = DoctorFinding.ok(
      .tls, (["\(report.version) \(report.cipher)"] + chain).joined(separator: "; "), time)
    if !report.isVerified {
      (finding.verdict, finding.nextStep) = (.warning, "remove verify=verify_none, which accepts any broker")
    } else if let ending = report.chain.first(where: { $0.secondsLeft < soon }) {
      finding.verdict = .warning
      finding.nextStep = "renew the certificate of \(ending.subject): \(days(ending.secondsLeft))"
    }
    return finding
  }

  private static func days(_ seconds: Int) -> String {
    if seconds < 0 { return "expired" }
    let days = seconds / 86400
    return "\(days) day\(days == 1 ? "" : "s") left"
  }

  /// Adds a finding about the step at which the connection failed.
  private func fail(_ error: LinkError, wasConnected: Bool) {
    switch error.kind {
    case .tls:
      let name = uri.tls?.serverName ?? uri.host
      let show =
        "look at the handshake: openssl s_client -connect \(place) -servername \(ShellWordQuoter.quoted(name))"
      doctor.add(.failed(.tls, error.message, show))
    case .vhost, .accessRefused:
      doctor.add(.ok(.login, "as \(uri.user)"))
      doctor.add(.failed(.vhost, error.message, error.connectingStep))
    case _ where uri.tls != nil && !wasConnected:
      doctor.add(.failed(.tls, error.message, "check that the port is the broker's TLS port, usually 5671"))
    case .unreachable, .timeout, .lost:
      doctor.add(.failed(.login, error.message, "check that \(place) is a RabbitMQ broker, and read its log"))
    default: doctor.add(.failed(.login, error.message, error.connectingStep))
    }
  }
}
