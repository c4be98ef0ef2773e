import AMQP
import JSONRPC
import LearnedSchema
import Redaction

/// Checks the files and the connection that retort would use.
///
/// The doctor reports each step as soon as the step ends, and skips steps that depend on a failed step. The doctor
/// changes no data: its last step only reads one resource.
final class Doctor {
  let options: DoctorCommandOptions
  let environment: [String: String]
  let schemas: SchemaStore
  let notices: ConnectionNotices
  /// Whether the doctor may ask the user for a password if the address contains none.
  let asksPassword: Bool
  private let report: (DoctorFinding) -> Void
  private(set) var findings: [DoctorFinding] = []
  /// The vhost of the broker; nil for the embedded service.
  private(set) var vhost: String?
  /// The address that the doctor checks, without its password; nil while the address is unknown.
  private(set) var shownAddress: String?

  init(
    options: DoctorCommandOptions, environment: [String: String], schemas: SchemaStore, notices: ConnectionNotices,
    asksPassword: Bool, report: @escaping (DoctorFinding) -> Void
  ) {
    self.options = options
    self.environment = environment
    self.schemas = schemas
    self.notices = notices
    self.asksPassword = asksPassword
    self.report = report
  }

  /// The exit status of the program: the status of the first failed step, or 0 if no step failed.
  var status: Int32 { findings.first { $0.verdict == .failed }?.status ?? 0 }

  /// Adds a finding, and reports it to the user.
  ///
  /// - Returns: Whether the next step can run.
  @discardableResult func add(_ finding: DoctorFinding) -> Bool {
    findings.append(finding)
    report(finding)
    return finding.verdict != .failed
  }

  /// Runs all steps of the examination.
  func examine() async {
    for finding in UserFilesCheck(environment: environment).findings { add(finding) }
    guard let address = address() else { return }
    let link: any JSONRPC.ServiceLink
    if address.uri.hasPrefix("embedded:") {
      guard let opened = await openEmbedded(address.uri, address.origin) else { return }
      link = opened
    } else {
      guard let opened = await openBroker(address.uri, address.origin) else { return }
      link = opened
    }
    await examine(link)
    await link.close()
  }

  /// Returns the address to check, and the origin of the address: the command line, a profile, or `RETORT_URL`.
  ///
  /// If there is no address, the function adds a finding and returns nil.
  private func address() -> (uri: String, origin: String)? {
    if let given = options.address {
      if given.contains(":") { return (given, "the command line") }
      let profiles = ConnectionProfiles(environment: environment)
      if let uri = profiles.address(of: given) { return (uri, "profile \(given)") }
      add(profiles.trouble(with: given))
      return nil
    }
    if let url = environment["RETORT_URL"], !url.isEmpty { return (url, "RETORT_URL") }
    add(
      .failed(
        .address, "no URI is given, and RETORT_URL is not set", "retort doctor amqp://guest:guest@localhost/",
        status: 2))
    return nil
  }

  private func openEmbedded(_ uri: String, _ origin: String) async -> (any JSONRPC.ServiceLink)? {
    shownAddress = uri
    let clock = ContinuousClock()
    let begin = clock.now
    do throws(LinkError) {
      let link = try await openLink(uri, script: "doctor")
      add(.ok(.address, "\(uri), from \(origin)"))
      add(.ok(.service, "opened the embedded service", clock.now - begin))
      return link
    } catch {
      add(.failed(.address, "\(uri), from \(origin): \(error.message)", "use embedded:blog or embedded:FILE.sqlite"))
      return nil
    }
  }

  private func openBroker(_ text: String, _ origin: String) async -> (any JSONRPC.ServiceLink)? {
    let uri: AMQPURI
    do throws(AMQPClientError) { uri = try AMQPURI(text) } catch {
      let shape = "amqp://USER:PASSWORD@HOST:5672/VHOST; retort help addresses explains it"
      add(.failed(.address, "\(Secrets.hidden(inURI: text)), from \(origin): \(error.message)", shape, status: 2))
      return nil
    }
    (shownAddress, vhost) = ("\(uri)", uri.vhost)
    add(.ok(.address, "\(uri), from \(origin)"))
    return await ConnectionCheck(uri: uri, text: text, doctor: self).link()
  }
}
