import Foundation

/// A run of the script `Tests/broker`, which starts a broker.
///
/// The script ends the broker when the pipe to its standard input closes. This happens even if this process crashes.
final class BrokerScript: Sendable {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()

  /// The error of a script that did not print the broker's addresses, with the script's output as description.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  init() throws {
    let command = #"echo "$RETORT_TEST_BROKER"; echo "$RETORT_TEST_CONTROL"; exec cat"#
    process.executableURL = URL(filePath: #filePath).appending(path: "../../broker").standardized
    process.arguments = ["sh", "-c", command]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
  }

  /// Waits until the broker runs, and returns its URI and the path of its control socket.
  func addresses() async throws -> (uri: String, control: String) {
    let lines = try await onItsOwnThread { [self] in
      var text = Data()
      while text.count(where: { $0 == UInt8(ascii: "\n") }) < 2 {
        let more = output.fileHandleForReading.availableData
        guard !more.isEmpty else { break }
        text += more
      }
      return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }
    guard lines.count == 2 else {
      let said = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      throw Failure(description: said)
    }
    return (lines[0], lines[1])
  }

  /// Ends the broker, and waits until the script has ended.
  func stop() async {
    try? input.fileHandleForWriting.close()
    try? await onItsOwnThread { [self] in process.waitUntilExit() }
  }
}
