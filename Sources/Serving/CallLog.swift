import AMQP
import Glibc
import JSONRPC
import JSONText
import Synchronization

/// A log with a line of JSON for each received request.
///
/// The service writes the line before it sends the reply.
///
/// `{"queue":"posts","method":"show","id":"1","correlation-id":"...","outcome":"ok","n":1}`
///
/// If a line can't be written, for example because the disk is full, the service still answers the request. The line is
/// then missing from the log. In the place of missing lines, the log contains `{"missing":N}`, where N is the number of
/// the lines. The log never contains an incomplete line.
final class CallLog: Sendable {
  private let path: String
  private let descriptor: Int32
  private let console: ServiceOutputAndStopCallbacks
  private let state = Mutex(LengthAndMissingLines())

  private struct LengthAndMissingLines {
    /// The length of all complete lines in the file, in bytes.
    var length: off_t = 0
    /// The number of lines that are missing after the last complete line.
    var missing = 0
    /// The number of lines that are missing in the whole log.
    var missingInAll = 0
  }

  /// The reason why the log can't be opened.
  struct LogOpeningError: Error {
    var message: String
  }

  /// Opens the log file, and discards its old content.
  ///
  /// The path `-` means standard output.
  init(_ path: String, _ console: ServiceOutputAndStopCallbacks) throws(LogOpeningError) {
    self.path = path
    self.console = console
    descriptor = path == "-" ? 1 : unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw LogOpeningError(message: "\(path) can't be written: \(unsafe String(cString: strerror(errno)))")
    }
  }

  deinit { if descriptor > 2 { close(descriptor) } }

  /// The number of requests that are not in the log.
  var missing: Int { state.withLock(\.missingInAll) }

  /// Writes the line for a request on a queue.
  func add(_ queue: String, _ delivery: DeliveredRequest, outcome: String) {
    let request = try? JSONValue(parsing: delivery.body)
    let line: JSONValue = [
      "queue": .string(queue), "method": request?["method"] ?? .null, "id": request?["params"]?["id"] ?? .null,
      "correlation-id": .string(String(decoding: delivery.correlationID, as: UTF8.self)), "outcome": .string(outcome),
      "n": .number(JSONNumber(delivery.number)),
    ]
    let note = state.withLock { write(line.encoded() + Array("\n".utf8), &$0) }
    if let note { console.note(note) }
  }

  /// Writes a line.
  ///
  /// Returns a note for the user when writing begins to fail, and when writing works again.
  private func write(_ line: [UInt8], _ state: inout LengthAndMissingLines) -> String? {
    let missing = state.missing
    let gap = missing == 0 ? [] : Array("{\"missing\":\(missing)}\n".utf8)
    guard let code = append(gap + line, &state) else {
      state.missing = 0
      return missing == 0
        ? nil : "note: --log \(path) can be written again: \(missing) requests are missing from the log\n"
    }
    state.missing += 1
    state.missingInAll += 1
    let reason = unsafe String(cString: strerror(code))
    return missing > 0
      ? nil : "error[file]: --log \(path) can't be written: \(reason); requests are answered but not logged\n"
  }

  /// Appends all bytes to the log.
  ///
  /// Returns nil on success, and otherwise an error code. After an error, the function removes an incomplete line from
  /// the file.
  private func append(_ bytes: [UInt8], _ state: inout LengthAndMissingLines) -> Int32? {
    guard descriptor > 2 else { return console.write(bytes) ? nil : EPIPE }
    guard !console.append(bytes, descriptor) else {
      state.length += off_t(bytes.count)
      return nil
    }
    let code = errno
    _ = ftruncate(descriptor, state.length)
    lseek(descriptor, state.length, SEEK_SET)
    return code
  }
}
