import Foundation
import JSONText
import Synchronization
import TestBench

/// A simulated editor that speaks the language server protocol with a process `retort lsp`.
final class EditorClient: Sendable {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let pending = Mutex<[UInt8]>([])
  private let count = Atomic(0)

  struct Ended: Error {}

  /// Starts `retort lsp` with these environment variables and `PATH`, without the variables of this process.
  init(environment: [String: String] = [:]) throws {
    let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "retort").path
    process.executableURL = URL(filePath: program)
    process.arguments = ["lsp"]
    process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
    (process.standardInput, process.standardOutput) = (input, output)
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  deinit { if process.isRunning { process.terminate() } }

  /// Sends bytes without a header.
  func send(raw bytes: [UInt8]) throws { try input.fileHandleForWriting.write(contentsOf: Data(bytes)) }

  /// Sends a message with its header `Content-Length`.
  func send(_ message: JSONValue) throws {
    let body = message.encoded()
    try send(raw: Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body)
  }

  /// Sends a notification.
  func notify(_ method: String, _ params: JSONValue) throws {
    try send(["jsonrpc": "2.0", "method": .string(method), "params": params])
  }

  /// Sends a request, and returns the response; ignores notifications that arrive before the response.
  func ask(_ method: String, _ params: JSONValue = [:]) async throws -> JSONValue {
    let id = JSONValue.number(JSONNumber(count.add(1, ordering: .relaxed).newValue))
    try send(["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params])
    while true {
      let message = try await receive()
      if message["id"] == id { return message }
    }
  }

  /// Sends a request about a position of a document, such as `hover`, and returns the result.
  func result(_ method: String, _ uri: String, _ line: Int, _ character: Int) async throws -> JSONValue {
    let position: JSONValue = ["line": .number(JSONNumber(line)), "character": .number(JSONNumber(character))]
    return try await ask(
      "textDocument/" + method, ["textDocument": ["uri": .string(uri)], "position": position])["result"] ?? .null
  }

  /// Opens a document, and returns the errors and warnings that the server reports.
  func open(_ uri: String, _ text: String) async throws -> [JSONValue] {
    try notify(
      "textDocument/didOpen",
      ["textDocument": ["uri": .string(uri), "languageId": "retort", "version": 1, "text": .string(text)]])
    return try await findings()
  }

  /// Changes a document, and returns the errors and warnings that the server reports.
  func change(_ uri: String, _ changes: JSONValue) async throws -> [JSONValue] {
    try notify(
      "textDocument/didChange", ["textDocument": ["uri": .string(uri), "version": 2], "contentChanges": changes])
    return try await findings()
  }

  private func findings() async throws -> [JSONValue] {
    let message = try await receive()
    return Array(message["params"]?["diagnostics"]?.arrayValue ?? [])
  }

  /// Waits for the next message of the server, and returns it.
  func receive() async throws -> JSONValue {
    try await onItsOwnThread { [self] in
      while true {
        if let body = takeBody() { return try JSONValue(parsing: body) }
        let piece = output.fileHandleForReading.availableData
        guard !piece.isEmpty else { throw Ended() }
        pending.withLock { $0 += Array(piece) }
      }
    }
  }

  private func takeBody() -> [UInt8]? {
    pending.withLock { bytes in
      let text = String(decoding: bytes.prefix(64), as: UTF8.self)
      guard let match = text.firstMatch(of: #/^Content-Length: (\d+)\r\n\r\n/#), let length = Int(match.1) else {
        return nil
      }
      let start = match.0.utf8.count
      guard bytes.count >= start + length else { return nil }
      defer { bytes.removeFirst(start + length) }
      return Array(bytes[start..<start + length])
    }
  }

  /// Closes the server's input, waits until the server has ended, and returns its exit status.
  func ended() async throws -> Int32 {
    try input.fileHandleForWriting.close()
    return try await onItsOwnThread { [process] in
      process.waitUntilExit()
      return process.terminationStatus
    }
  }
}
