// swift-tools-version: 6.2
import PackageDescription

/// The settings of every target: Swift 6 with upcoming features, and warnings as errors.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
  // The tests run the debug build, which checks the exclusive access to variables while it runs.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// The settings of a target without C pointers.
let safe = strict + [.strictMemorySafety()]

let package = Package(
  name: "retort",
  platforms: [.macOS(.v26)],
  products: [.executable(name: "retort", targets: ["retort"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.0"),
  ],
  targets: [
    // 0: nothing of ours below.
    .target(name: "CRabbitMQ", linkerSettings: ["rabbitmq", "ssl", "crypto"].map { .linkedLibrary($0) }),
    .target(
      name: "CBuild",
      cSettings: [.define("RETORT_COMMIT", to: "\"\(Context.environment["RETORT_COMMIT"] ?? "")\"")]),
    .target(name: "CReadline", linkerSettings: [.linkedLibrary("readline")]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CPCRE2", providers: [.apt(["libpcre2-dev"])]),
    .target(name: "Redaction", swiftSettings: safe),
    .target(name: "Language", dependencies: ["Redaction"], swiftSettings: safe),
    .target(name: "JSONText", swiftSettings: safe),
    // 1: the payload, and the three things that touch C.
    .target(name: "JSONAPI", dependencies: ["JSONText"], swiftSettings: safe),
    .target(name: "JSONRPC", dependencies: ["JSONText"], swiftSettings: safe),
    .target(name: "Broker", dependencies: ["CRabbitMQ"], swiftSettings: strict),
    .target(name: "Terminal", dependencies: ["CReadline", "Redaction"], swiftSettings: strict),
    .target(name: "SQLite", dependencies: ["CSQLite"], swiftSettings: strict),
    // 2: the client and the service.
    .target(name: "Client", dependencies: ["JSONAPI", "JSONRPC", "JSONText", "Redaction"], swiftSettings: safe),
    .target(
      name: "ResourceService",
      dependencies: ["JSONAPI", "JSONRPC", "JSONText", "SQLite"], swiftSettings: safe),
    // 3: changes of resources, what a variable can hold, and what replies have shown.
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
    // 4: files and output.
    .target(
      name: "Formats",
      dependencies: [
        "Values", "Language", "JSONAPI", "JSONText", "Redaction", .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: safe),
    // 5: the check and the run of statements.
    .target(
      name: "Evaluation",
      dependencies: [
        "Bulk", "Formats", "Values", "LearnedSchema", "Client", "JSONAPI", "JSONRPC", "JSONText", "Language",
        "Redaction",
        .product(name: "BigInt", package: "BigInt"),
      ],
      swiftSettings: safe),
    // 6: help, the service on a broker, and the workers of a pool.
    .target(name: "Handbook", dependencies: ["Evaluation", "Values", "Language"], swiftSettings: safe),
    .target(
      name: "Workers", dependencies: ["Broker", "Bulk", "Client", "JSONAPI", "JSONRPC", "JSONText"], swiftSettings: safe
    ),
    .target(
      name: "Serving", dependencies: ["Broker", "ResourceService", "JSONRPC", "JSONText"], swiftSettings: safe),
    // 7: the server of editors.
    .target(
      name: "LanguageServer",
      dependencies: ["Handbook", "Evaluation", "Formats", "Values", "JSONRPC", "JSONText", "Language"],
      swiftSettings: safe),
    // 8 and 9: the program.
    .target(
      name: "RetortShell",
      dependencies: [
        "LanguageServer", "Handbook", "Serving", "Workers", "Evaluation", "Bulk", "Formats", "Values", "LearnedSchema",
        "ResourceService", "Client", "Broker", "Terminal", "CBuild",
        "JSONAPI", "JSONRPC", "JSONText", "Language", "Redaction",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: safe),
    .executableTarget(name: "retort", dependencies: ["RetortShell"], swiftSettings: safe),
    // Shared by tests: the private broker, the transcripts.
    .target(
      name: "TestBench",
      dependencies: [
        "RetortShell", "Handbook", "Evaluation", "Values", "ResourceService", "Broker", "Language", "JSONText",
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
      name: "WorkersTests", dependencies: ["Workers", "Broker", "Bulk", "Client", "JSONAPI", "JSONRPC", "JSONText"],
      swiftSettings: strict),
    .testTarget(name: "BrokerTests", dependencies: ["Broker", "TestBench"], swiftSettings: strict),
    .testTarget(
      name: "ResourceServiceTests",
      dependencies: ["ResourceService", "JSONRPC", "JSONText", "SQLite", "TestBench"], swiftSettings: strict),
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
        "RetortShell", "Serving", "Evaluation", "Formats", "Values", "TestBench", "Broker", "ResourceService",
        "SQLite", "Handbook", "JSONText", "Redaction", "retort",
      ],
      swiftSettings: strict),
  ]
)
