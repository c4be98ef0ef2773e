import Broker
import Glibc
import JSONRPC
import JSONText
import Synchronization

/// A line of JSON for each request that a service got, written before the reply goes out.
///
/// `{"queue":"posts","method":"show","id":"1","correlation-id":"...","outcome":"ok","n":1}`
final class CallLog: Sendable {
  private let write: @Sendable ([UInt8]) -> Void
  /// One line at a time.
  private let turn = Mutex(())

  /// Why there is no log.
  struct Failure: Error {
    var message: String
  }

  /// Opens a log in a file, which is emptied, or on standard output where that is named `-`.
  init(_ path: String, _ console: ServingHost) throws(Failure) {
    guard path != "-" else {
      write = console.write
      return
    }
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(message: "\(path) can't be written: \(unsafe String(cString: strerror(errno)))")
    }
    let isBroken = Atomic(false)
    write = { line in
      guard !console.append(line, descriptor), !isBroken.exchange(true, ordering: .relaxed) else { return }
      console.note("error[file]: --log \(path) can't be written any more: what follows is not counted\n")
    }
  }

  /// Writes the line of a queue's request.
  func add(_ queue: String, _ delivery: Delivery, outcome: String) {
    let request = try? JSONValue(parsing: delivery.body)
    let line: JSONValue = [
      "queue": .string(queue), "method": request?["method"] ?? .null, "id": request?["params"]?["id"] ?? .null,
      "correlation-id": .string(String(decoding: delivery.correlationID, as: UTF8.self)), "outcome": .string(outcome),
      "n": .number(JSONNumber(delivery.number)),
    ]
    turn.withLock { _ in write(line.encoded() + Array("\n".utf8)) }
  }
}
