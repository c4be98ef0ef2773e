// swift-tools-version: 6.2
import PackageDescription

/// The compiler settings of every target: upcoming language features, and warnings as errors.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
  // The release build omits the run-time check for overlapping accesses to a variable. The tests use the debug build,
  // which contains the check.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// The compiler settings of a target that uses no C pointers: the settings of every target, and strict memory safety.
let safe = strict + [.strictMemorySafety()]

/// The compiler settings of a target whose code is executed once for each statement or key, not for each request.
///
/// The release build does not optimize such a target, because the optimization takes two thirds of the compile time.
let unoptimized = safe + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

let package = Package(
  name: "retort",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "retort", targets: ["retort"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.0"),
  ],
  // If several targets are ready to compile, SwiftPM begins with the last in alphabetical order. Because of their
  // names, `AMQP` and `APIServer` are compiled in parallel with `Evaluation`, the largest target, and not before it.
  targets: [
    // Layer 0: targets that depend on no other target. The exception is `Language`, which depends on `Redaction`.
    .target(name: "CRabbitMQ", linkerSettings: ["rabbitmq", "ssl", "crypto"].map { .linkedLibrary($0) }),
    .target(
      name: "CBuild",
      cSettings: [.define("RETORT_COMMIT", to: "\"\(Context.environment["RETORT_COMMIT"] ?? "")\"")]),
    .target(name: "CReadline", linkerSettings: [.linkedLibrary("readline")]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CPCRE2", providers: [.apt(["libpcre2-dev"])]),
    .target(name: "Redaction", swiftSettings: safe),
    .target(name: "Language", dependencies: ["Redaction"], swiftSettings: unoptimized),
    .target(name: "JSONText", swiftSettings: safe),
    // Layer 1: the message formats JSON:API and JSON-RPC, and the three Swift targets that call C libraries.
    .target(name: "JSONAPI", dependencies: ["JSONText"], swiftSettings: safe),
    .target(name: "JSONRPC", dependencies: ["JSONText"], swiftSettings: safe),
    .target(name: "AMQP", dependencies: ["CRabbitMQ"], swiftSettings: strict),
    .target(name: "Terminal", dependencies: ["CReadline", "Redaction"], swiftSettings: strict),
    .target(name: "SQLite", dependencies: ["CSQLite"], swiftSettings: strict),
    // Layer 2: the client, and the service on tables of SQLite.
    .target(name: "Client", dependencies: ["JSONAPI", "JSONRPC", "JSONText", "Redaction"], swiftSettings: safe),
    .target(
      name: "APIServer",
      dependencies: ["JSONAPI", "JSONRPC", "JSONText", "SQLite"], swiftSettings: safe),
    // Layer 3: the schema learned from replies, bulk changes of resources, and the values of variables.
    .target(
      name: "LearnedSchema", dependencies: ["Client", "JSONAPI", "JSONText", "Redaction"], swiftSettings: safe),
    .target(
      name: "Bulk", dependencies: ["Client", "JSONAPI", "JSONRPC", "JSONText", "Redaction"], swiftSettings: safe),
    .target(
      name: "Values",
      dependencies: [
        "CPCRE2", "Language", "Client", "JSONAPI", "JSONRPC", "JSONText", .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: safe),
    // Layer 4: the file formats that the language reads and writes, and the output of values.
    .target(
      name: "Formats",
      dependencies: [
        "Values", "Language", "JSONAPI", "JSONText", "Redaction", .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: safe),
    // Layer 5: checks statements and runs them.
    .target(
      name: "Evaluation",
      dependencies: [
        "Bulk", "Formats", "Values", "LearnedSchema", "Client", "JSONAPI", "JSONRPC", "JSONText", "Language",
        "Redaction",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: safe),
    // Layer 6: the texts of `help`, the service on a broker (`retort serve`), and the workers of a pool.
    .target(name: "Handbook", dependencies: ["Evaluation", "Values", "Language"], swiftSettings: unoptimized),
    .target(
      name: "Workers", dependencies: ["AMQP", "Bulk", "Client", "JSONAPI", "JSONRPC", "JSONText"], swiftSettings: safe
    ),
    .target(
      name: "Serving", dependencies: ["AMQP", "APIServer", "JSONRPC", "JSONText"], swiftSettings: safe),
    // Layer 7: the connections over brokers, and the language server for editors (`retort lsp`).
    .target(name: "Links", dependencies: ["AMQP", "Workers", "JSONRPC"], swiftSettings: safe),
    .target(
      name: "LanguageServer",
      dependencies: ["Handbook", "Evaluation", "Formats", "Values", "JSONRPC", "JSONText", "Language"],
      swiftSettings: unoptimized),
    // Layers 8 and 9: the program.
    .target(
      name: "RetortShell",
      dependencies: [
        "LanguageServer", "Handbook", "Links", "Serving", "Workers", "Evaluation", "Bulk", "Formats", "Values",
        "LearnedSchema",
        "APIServer", "Client", "AMQP", "Terminal", "CBuild",
        "JSONAPI", "JSONRPC", "JSONText", "Language", "Redaction",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: unoptimized),
    .executableTarget(name: "retort", dependencies: ["RetortShell"], swiftSettings: safe),
    // Helpers that several test targets use, such as the private broker and the parser of transcripts.
    .target(
      name: "TestBench",
      dependencies: [
        "RetortShell", "Handbook", "Evaluation", "Values", "APIServer", "AMQP", "Language", "JSONText",
        "JSONRPC",
      ],
      path: "Tests/TestBench", swiftSettings: strict),
    .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    .testTarget(name: "LanguageTests", dependencies: ["Language", "Redaction", "TestBench"], swiftSettings: strict),
    .testTarget(name: "JSONTextTests", dependencies: ["JSONText"], swiftSettings: strict),
    .testTarget(
      name: "ClientTests", dependencies: ["Client", "JSONAPI", "JSONRPC", "JSONText"],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(
      name: "LearnedSchemaTests", dependencies: ["LearnedSchema", "Client", "JSONAPI", "JSONText"],
      swiftSettings: strict),
    .testTarget(
      name: "BulkTests", dependencies: ["Bulk", "Client", "JSONAPI", "JSONRPC", "JSONText"], swiftSettings: strict),
    .testTarget(
      name: "WorkersTests", dependencies: ["Workers", "AMQP", "Bulk", "Client", "JSONAPI", "JSONRPC", "JSONText"],
      swiftSettings: strict),
    .testTarget(name: "AMQPTests", dependencies: ["AMQP", "TestBench"], swiftSettings: strict),
    .testTarget(
      name: "APIServerTests",
      dependencies: ["APIServer", "JSONRPC", "JSONText", "SQLite", "TestBench"], swiftSettings: strict),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Evaluation", "Handbook", "Formats", "Values", "RetortShell", "TestBench", "Language", "JSONText", "JSONRPC",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: strict),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal"], swiftSettings: strict),
    .testTarget(
      name: "RetortTests",
      dependencies: [
        "RetortShell", "Links", "Serving", "Evaluation", "Formats", "Values", "TestBench", "AMQP", "APIServer",
        "SQLite", "Handbook", "JSONText", "Redaction", "Terminal", "retort",
      ],
      swiftSettings: strict),
  ]
)
