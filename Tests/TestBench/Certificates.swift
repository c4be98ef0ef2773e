import Foundation

/// A temporary directory with a certificate authority and the certificates that the authority signs for a test.
public struct Certificates {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")

  /// The error for a failed command of openssl or of the broker.
  struct Failed: Error {
    var command: String
  }

  /// The path of the authority's own certificate.
  public var authority: String { path("authority.pem") }

  /// Creates the directory and the authority.
  public init() throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    try write("", to: "index")
    try write(
      """
      [ca]
      default_ca = authority
      [authority]
      database = index
      new_certs_dir = .
      rand_serial = yes
      unique_subject = no
      default_md = sha256
      policy = any
      certificate = authority.pem
      private_key = authority.key
      [any]
      commonName = supplied
      """, to: "configuration")
    try makeKey("authority")
    try openssl("req -x509 -key authority.key -days 2 -subj /CN=authority -out authority.pem")
  }

  /// Creates the key `NAME.key`, and the certificate `NAME.pem`, which the authority signs.
  public func make(
    _ name: String, for names: String = "DNS:localhost", from begin: String = "20200101000000Z",
    until end: String = "20991231235959Z"
  ) throws {
    try makeKey(name)
    try write("subjectAltName=\(names)", to: "names")
    try openssl("req -new -key \(name).key -subj /CN=localhost -out \(name).csr")
    try openssl(
      "ca -batch -config configuration -in \(name).csr -startdate \(begin) -enddate \(end) -extfile names -out \(name).pem"
    )
  }

  /// Creates the key `NAME.key` and the self-signed certificate `NAME.pem`.
  public func makeSelfSigned(_ name: String) throws {
    try makeKey(name)
    try openssl(
      "req -x509 -key \(name).key -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -out \(name).pem")
  }

  /// Creates the key `NAME.key` without a certificate.
  public func makeKey(_ name: String, kind: String = "EC -pkeyopt ec_paramgen_curve:prime256v1") throws {
    try openssl("genpkey -algorithm \(kind) -out \(name).key")
  }

  /// The path of the directory.
  public var folder: String { directory.path }

  /// Returns the path of a file in the directory.
  public func path(_ file: String) -> String { "\(folder)/\(file)" }

  /// Writes a file to the directory.
  public func write(_ text: String, to file: String) throws {
    try text.write(to: directory.appending(path: file), atomically: true, encoding: .utf8)
  }

  /// Removes the directory with all its files.
  public func remove() { try? FileManager.default.removeItem(at: directory) }

  /// Runs openssl in the directory; spaces separate the arguments.
  public func openssl(_ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = directory
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(command: "openssl \(arguments)") }
  }

  /// Makes the private broker listen for TLS connections with the certificate `NAME.pem`, and returns the port.
  ///
  /// `options` are additional TLS options in Erlang's syntax: `, {verify, verify_peer}`.
  public func listen(as name: String, _ options: String = "") async throws -> Int {
    let broker = try await PrivateBroker.shared
    let port = try broker.evaluate(
      """
      Options = [{cacertfile, "\(authority)"}, {certfile, "\(path(name)).pem"}, {keyfile, "\(path(name)).key"}\(options)],
      Listen = fun(Listen, Tries) ->
        {ok, Socket} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}}]), {ok, Port} = inet:port(Socket), gen_tcp:close(Socket),
        case catch rabbit_networking:start_ssl_listener({"127.0.0.1", Port}, Options, 1) of
          ok -> Port;
          _Taken when Tries > 1 -> Listen(Listen, Tries - 1)
        end
      end,
      Listen(Listen, 5).
      """)
    guard let number = Int(port) else { throw Failed(command: "start_ssl_listener: \(port)") }
    return number
  }
}
