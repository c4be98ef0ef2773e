public import Client
public import JSONAPI
import JSONText
import Synchronization

/// The resources of a statement before its changes, each on the disk before its change is sent.
///
/// A line is a resource as JSON, as `write` writes it. The file is appended to; the first image of a resource is kept.
public final class Backup: Sendable {
  private struct State {
    /// The resources whose images earlier runs have written.
    var before: Set<StableHash> = []
    /// The resources whose images this run has written.
    var written: Set<StableHash> = []
  }

  private let file: RecordFile
  private let writer: GroupedWriter
  private let client: ResourceClient
  private let query: Query
  private let state: Mutex<State>

  /// Opens or creates the file of a statement.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - client: The client that reads the resources.
  ///   - query: Its `include` names the related resources to read.
  /// - Throws: ``JournalError`` if the file can't be used, or has other content.
  public init(_ path: String, _ client: ResourceClient, _ query: Query) throws(JournalError) {
    file = try RecordFile(path, "backup")
    writer = GroupedWriter(file)
    (self.client, self.query) = (client, query)
    var (state, length, bad) = (State(), 0, false)
    try file.forEachLine { line, isWhole throws(JournalError) in
      guard !bad else { throw .notABackup(path) }
      guard isWhole, let resource = (try? JSONValue(parsing: Array(line)))?.objectValue, let key = Self.key(resource)
      else { return bad = true }
      state.before.insert(key)
      length += line.count + 1
    }
    if bad {
      guard length > 0 || state.before.isEmpty else { throw .notABackup(path) }
      try file.cut(to: length)
    }
    try file.syncDirectory()
    self.state = Mutex(state)
  }

  /// The error of a failed write, after which nothing may be sent; nil without one.
  var failure: JournalError? { writer.failure }

  /// Releases the file for other runs.
  public func release() { file.unlock() }

  /// Writes the current resource of a change; returns when it is on the disk.
  ///
  /// - Returns: The reason why the change may not be sent; nil if it may.
  func save(_ change: Change) async -> Outcome? {
    guard let id = change.resourceID else { return nil }
    let key = Self.key(type: change.target.type, id)
    if state.withLock({ $0.before.contains(key) }) { return nil }
    do throws(JournalError) {
      if state.withLock({ $0.written.contains(key) }) {
        try await writer.appendSynced([])
        return nil
      }
      let document: Document
      do throws(ClientError) { document = try await client.show(id, query) } catch {
        return error.kind == .notFound && change.verb == .destroy ? .absent(error) : .failed(error.beforeSending)
      }
      guard let resource = document.resource else { return nil }
      let isFirst = state.withLock { $0.written.insert(key).inserted }
      try await writer.appendSynced(isFirst ? JSONValue.object(resource).encoded() + [0x0A] : [])
      return nil
    } catch { return .refused(.element(error)) }
  }

  private static func key(_ resource: JSONObject) -> StableHash? {
    guard let type = resource["type"]?.stringValue, let id = resource["id"]?.idText else { return nil }
    return key(type: type, id)
  }

  private static func key(type: String, _ id: String) -> StableHash { StableHash("\(type) \(id)") }
}

extension ClientError {
  /// The error of the read before a change; the change was not sent.
  fileprivate var beforeSending: ClientError {
    var error = self
    error.wasSent = false
    error.message = "not sent, since the backup failed: \(message)"
    return error
  }
}
