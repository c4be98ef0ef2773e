import Bulk
import Client
import JSONAPI
import JSONText
import Language
import Values

/// Resources that only a dry run has created, such as `dry-run-1`.
///
/// The service does not know these resources, so no request may contain their ids.
extension Session {
  /// Returns the first id of a dry run, such as `dry-run-1`, in the arguments; nil if they contain no such id.
  func unsentID(in arguments: Arguments) -> String? {
    guard dryRun.hasChanges else { return nil }
    for argument in arguments.positional {
      if let id = argument.value.unsentID { return id }
    }
    return arguments.options.values.lazy.compactMap(\.unsentID).first
  }

  /// Returns the result of a read that names a resource of a dry run; nil if the read can be sent.
  ///
  /// The result has no elements, because nothing refers to the resource yet. Only `relationship` returns what the dry
  /// run knows of the resource.
  func unsentResult(of command: String, _ arguments: Arguments) throws(Fault) -> Value? {
    guard dryRun.hasChanges, Self.reads.contains(command), let id = unsentID(in: arguments) else { return nil }
    note("dry run, not sent: \(command) with \(id), which exists only in the dry run")
    switch command {
    case "count", "destroy-all": return .number(JSONNumber(0))
    case "index":
      return .page(
        PageValue(
          items: [], pagination: .null, meta: .record(Record([])), links: .record(Record([])), hasNext: false))
    case "relationship":
      guard case .string(let name) = arguments.value(2),
        let relationship = dryRun.resource(try arguments.id(1, of: arguments.client()))?["relationships"]?[name]
      else { return .list([]) }
      return Value(linkage: relationship["data"] ?? .array([]))
    case "stream", "related": return .list([])
    default: return .null
    }
  }

  /// Returns the result of a `call` with `reads: true` that names a resource of a dry run; nil if it can be sent.
  ///
  /// The method `show` returns the resource of the dry run; any other method returns null.
  func unsentResult(of request: ReadRequest, _ client: ClientValue, _ arguments: Arguments) -> Value? {
    guard let id = unsentID(in: arguments) else { return nil }
    note("dry run, not sent: call \(request.method.quoted) with \(id), which exists only in the dry run")
    guard request.method == "show", let made = dryRun.resource(id) else { return .null }
    return Value(client.client.renamed(.object(JSONObject([("data", .object(made))]))))
  }

  /// The commands whose request is not sent if it names a resource of a dry run, and that have a result without it.
  private static let reads: Set = ["count", "index", "stream", "related", "relationship", "destroy-all"]
}

extension Fault {
  /// Creates the error of a request that can't be sent, because it names a resource of a dry run.
  convenience init(unsent id: String, _ arguments: Arguments) {
    self.init(
      .value, "\(arguments.name) is not sent, because \(id) exists only in a dry run",
      at: [MarkedSourceRange(arguments.range)], in: arguments.source,
      nextStep: "write dry-run: true in this statement too, or run the whole script with --dry-run")
  }
}

extension Value {
  /// The first id of a dry run, such as `dry-run-1`, in this value; nil if it contains no such id.
  fileprivate var unsentID: String? {
    switch self {
    case .string(let text): text.isUnsentID ? text : nil
    case .list, .record, .resource, .page: (try? json())?.unsentID
    default: nil
    }
  }
}

extension JSONValue {
  fileprivate var unsentID: String? {
    switch self {
    case .string(let text): text.isUnsentID ? text : nil
    case .array(let array): array.lazy.compactMap(\.unsentID).first
    case .object(let object): object.lazy.compactMap(\.value.unsentID).first
    default: nil
    }
  }
}

extension String {
  /// Whether the text is an id that a dry run gives, such as `dry-run-1`.
  var isUnsentID: Bool {
    guard hasPrefix(DryRunCarrier.prefix) else { return false }
    let number = dropFirst(DryRunCarrier.prefix.count)
    return !number.isEmpty && number.utf8.allSatisfy { 0x30...0x39 ~= $0 }
  }
}
