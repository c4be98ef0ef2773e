import Evaluation
import Formats
import Language
import Redaction
import Values

/// The profiles of the user's start file.
///
/// A profile is a `def` in the start file that opens a connection.
struct ConnectionProfiles {
  /// The name and the address of each profile.
  ///
  /// The address is nil if the profile computes the address instead of naming it as a plain string.
  let all: [(name: String, address: String?)]
  /// The names of the connections that the profiles open.
  let connectionNames: [String]
  /// The path of the start file; nil if its directory is unknown.
  let path: String?

  /// Reads the profiles from the user's start file.
  init(environment: [String: String]) {
    path = StartFiles(environment: environment).own
    guard let path, let text = try? TextFile.read(path) else {
      (all, connectionNames) = ([], [])
      return
    }
    let parsed = Parser.parse(SourceText(name: path, text: text))
    let connects = parsed.program.statements.compactMap { statement -> (name: String, command: CommandOrStageCall)? in
      guard case .def(let def) = statement.kind, let connect = Self.connect(in: def.body) else { return nil }
      return (def.name, connect)
    }
    all = connects.map { ($0.name, Self.address(of: $0.command)) }
    connectionNames = connects.compactMap { Self.name(of: $0.command) }
  }

  /// Returns the address of a profile; nil if the profile does not exist or computes its address.
  func address(of name: String) -> String? { all.first { $0.name == name }?.address }

  /// Returns the finding for a profile whose address is unknown.
  ///
  /// The profile does not exist, or computes its address.
  func trouble(with name: String) -> DoctorFinding {
    let file = path ?? "rc.retort"
    if all.contains(where: { $0.name == name }) {
      return .failed(
        .address, "the profile \(name), a def in \(file), computes its URI, so doctor does not know the URI",
        "give the URI itself: retort doctor URI",
        status: 2)
    }
    let names = all.map(\.name)
    let near = nearest(to: name, among: names).map { "did you mean \($0)?" }
    let listed =
      names.isEmpty
      ? "a profile is a def in \(file) that calls connect" : "the profiles are \(names.joined(separator: ", "))"
    return .failed(
      .address, "\(Secrets.hidden(in: name)) is neither a URI nor a profile", near ?? listed, status: 2)
  }

  private static func connect(in block: Block) -> CommandOrStageCall? {
    for statement in block.statements {
      guard case .pipeline(let pipeline) = statement.kind, case .command(let command) = pipeline.head,
        command.name == "connect"
      else { continue }
      return command
    }
    return nil
  }

  private static func address(of connect: CommandOrStageCall) -> String? {
    guard case .positional(let expression)? = connect.arguments.first else { return nil }
    return text(of: expression)
  }

  private static func name(of connect: CommandOrStageCall) -> String? {
    connect.arguments.lazy.compactMap { argument in
      guard case .option("name", _, let expression) = argument else { return nil }
      return text(of: expression)
    }.first
  }

  /// Returns the text of a string literal without interpolations; nil for any other expression.
  private static func text(of expression: Expr) -> String? {
    guard case .string(let parts) = expression.kind, parts.count == 1, case .literal(let text)? = parts.first else {
      return nil
    }
    return text
  }
}
