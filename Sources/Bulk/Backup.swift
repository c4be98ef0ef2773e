public import Client
public import JSONAPI
public import JSONText
import Synchronization

/// A file with the resources that a statement changes, as they were before the changes.
///
/// Each line of the file is one resource as JSON, in the form that the command `write` uses. Such a line is called the
/// image of the resource. The file has only one image of each resource. The image is on the disk before the change of
/// the resource is sent.
///
/// A file belongs to one queue of one broker. The first image contains their names in its `meta`.
///
/// An image contains the linkage that the change affects. If the service does not send this linkage with the resource,
/// the backup reads the linkage with a separate request.
public final class Backup: Sendable {
  private struct BackedUpResources {
    /// The resources and the linkage that earlier runs wrote to the file.
    var before = BackedUpKeys()
    /// The resources and the linkage that this run wrote to the file.
    var written = BackedUpKeys()
    /// Whether an image on the disk contains the names of the broker and the queue.
    var isMarked = false
    /// Whether an image with the names of the broker and the queue also contains the `meta` of its change.
    ///
    /// An image without a mark then belongs to changes whose `meta` selects no data. In a file of an earlier version,
    /// such an image counts for every `meta`.
    var recordsMeta = false
    /// The resources that this run changes, and whose images an earlier run wrote.
    var present = BackedUpKeys()
  }

  private let file: LockedFile
  private let writer: GroupCommitWriter
  private let client: ResourceClient
  private let target: BackupSourceQueue
  /// The members of the changes' `meta` that can select the data of the service.
  private let meta: JSONObject
  private let query: Query
  private let readLimit: ConcurrencyLimit
  private let noteNotLoaded: @Sendable ([String]) -> Void
  private let state: Mutex<BackedUpResources>
  /// Whether the initializer removed an incomplete last line.
  public let isCut: Bool
  /// The path of the file.
  public var path: String { file.path }

  /// Opens or creates the backup of a statement.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - client: The client that reads the resources.
  ///   - target: The broker and the queue of the resources.
  ///   - query: The query for reading a resource, whose `include` names the relationships to load.
  ///   - meta: The members of the changes' `meta` that can select the data of the service. An image of a change with
  ///     other members is the image of another resource.
  ///   - concurrentReads: The maximum number of resources to read at the same time.
  ///   - noteNotLoaded: Called before a resource is destroyed, with the names of the relationships whose linkage the
  ///     backup does not contain completely.
  /// - Throws: ``JournalError`` if the file can't be used, contains lines that are not resources, or belongs to another
  ///   broker or queue.
  public init(
    _ path: String, _ client: ResourceClient, _ target: BackupSourceQueue, _ query: Query, meta: JSONObject = [:],
    concurrentReads: Int = 16, noteNotLoaded: @escaping @Sendable ([String]) -> Void = { _ in }
  ) throws(JournalError) {
    file = try LockedFile(path, "backup")
    writer = GroupCommitWriter(file)
    (self.client, self.target, self.query, self.noteNotLoaded) = (client, target, query, noteNotLoaded)
    self.meta = meta
    readLimit = ConcurrencyLimit(concurrentReads)
    var (state, length, isTorn, lacksLineEnd) = (BackedUpResources(), 0, false, false)
    try file.forEachLine { line, isWhole throws(JournalError) in
      let value = try? JSONValue(parsing: Array(line))
      guard let resource = value?.objectValue, BackedUpKeys.takes(resource) else {
        guard !isWhole, value == nil, Self.isTorn(line, isFirst: length == 0) else { throw .notABackup(path) }
        return isTorn = true
      }
      if let recorded = BackupSourceQueue(in: resource) {
        guard recorded == target else { throw .otherTarget(path, recorded: recorded, here: target) }
        (state.isMarked, state.recordsMeta) = (true, BackupSourceQueue.changeMeta(in: resource) != nil)
      }
      let recorded = BackupSourceQueue.changeMeta(in: resource) ?? (state.recordsMeta ? [:] : meta)
      if recorded == meta { state.before.add(resource) }
      (length, lacksLineEnd) = (length + line.count + 1, !isWhole)
    }
    if isTorn { try file.cut(to: length) }
    if lacksLineEnd { try file.append([UInt8(ascii: "\n")]) }
    try file.syncDirectory()
    isCut = isTorn
    self.state = Mutex(state)
  }

  /// Returns whether an incomplete last line looks like the beginning of a resource.
  ///
  /// The result is false if the line seems to come from another kind of file.
  private static func isTorn(_ line: ArraySlice<UInt8>, isFirst: Bool) -> Bool {
    let begins = isFirst ? ["{\"type\":\"", "{\"id\":\""] : ["{\""]
    return begins.contains { line.starts(with: $0.utf8) || !isFirst && $0.utf8.starts(with: line) }
  }

  /// The error of the first failed write; nil if no write failed.
  ///
  /// After a failed write, the statement may send no more changes.
  var failure: JournalError? { writer.failure }

  /// The number of resources that this run changes, and whose images an earlier run wrote.
  public var presentCount: Int { state.withLock(\.present.count) }

  /// Releases the lock on the file, so that another run can open the backup.
  public func release() { file.unlock() }

  /// Writes the resource of a change to the backup; does nothing if the backup already contains the resource.
  ///
  /// The function returns when the resource is on the disk.
  ///
  /// - Returns: Nil if the change may be sent. Otherwise the change must not be sent, and the result is its outcome.
  func save(_ change: Change) async -> Outcome? {
    guard let id = change.resourceID else { return nil }
    do throws(JournalError) {
      if let isOnDisk = try known(change, id) {
        if !isOnDisk { try await writer.appendSynced([]) }
        return nil
      }
      let resource: JSONObject
      do throws(ClientError) {
        resource = try await readLimit.run { () throws(ClientError) in try await self.image(of: change, id) }
      } catch {
        return Outcome(readBefore: change, error)
      }
      if change.verb == .destroy, case let names = resource.relationshipsWithoutLinkage, !names.isEmpty {
        noteNotLoaded(names)
      }
      let isMarking = append(resource)
      try await writer.appendSynced([])
      if isMarking { state.withLock { ($0.isMarked, $0.recordsMeta) = (true, true) } }
      return nil
    } catch { return .refused(.element(error)) }
  }

  /// Appends the image of a resource, unless this run has already appended an image of the resource.
  ///
  /// The resource counts as written only together with its line. So another change of the resource waits for the line.
  ///
  /// Returns whether the line contains the names of the broker and the queue.
  private func append(_ resource: JSONObject) -> Bool {
    state.withLock { state in
      guard state.written.add(resource) else { return false }
      let isPlain = state.isMarked && state.recordsMeta && meta.isEmpty
      let image = isPlain ? resource : target.marking(resource, meta, isFirst: !state.isMarked)
      writer.append(JSONValue.object(image).encoded() + [0x0A])
      return !state.isMarked
    }
  }

  /// Returns true if an earlier run wrote the image of a change's resource, and false if this run wrote the image.
  ///
  /// Returns nil if the backup has no image of the resource.
  ///
  /// - Throws: ``JournalError`` if the image lacks the linkage that the change affects.
  private func known(_ change: Change, _ id: String) throws(JournalError) -> Bool? {
    let (type, names) = (change.target.type, change.changedRelationships)
    let known: (isBefore: Bool, lacking: String?)? = state.withLock { state in
      if state.before.contains(type, id) {
        state.present.add(type, id)
        return (true, state.before.lacking(names, of: type, id))
      }
      return state.written.contains(type, id) ? (false, state.written.lacking(names, of: type, id)) : nil
    }
    if let name = known?.lacking { throw .imageLacks(path, "\(type)/\(id)", name) }
    return known?.isBefore
  }

  /// Reads the resource of a change, with the linkage that the change affects.
  ///
  /// - Throws: An error of the read, or a `malformed` error if the reply is not the content of the resource.
  private func image(of change: Change, _ id: String) async throws(ClientError) -> JSONObject {
    let client = client.reading(for: change)
    guard var resource = try await client.show(id, query).resource else {
      throw ClientError(.malformed, "the reply has no resource", nextStep: nil)
    }
    let type = change.target.type
    guard resource["id"]?.idText?.isSame(as: id) == true, resource.hasText(type, at: "type") else {
      let (otherType, otherID) = (resource["type"]?.stringValue ?? "?", resource["id"]?.idText ?? "?")
      throw ClientError(
        .malformed, "the reply is about \(otherType)/\(otherID), and not about \(type)/\(id)", nextStep: nil)
    }
    guard resource["attributes"]?.objectValue != nil || resource["relationships"]?.objectValue != nil else {
      throw ClientError(.malformed, "the reply has no content of \(type)/\(id)", nextStep: nil)
    }
    for name in change.changedRelationships where !resource.hasLinkage(of: name) {
      let (data, hasNext) = try await client.relationship(name, of: id).show()
      guard !hasNext else {
        throw ClientError(.malformed, "the reply has only the first page of the linkage of \(name)", nextStep: nil)
      }
      resource.set(linkage: data, of: name)
    }
    return resource
  }
}

extension Outcome {
  /// Creates the outcome of a change that was not sent because its resource could not be read.
  fileprivate init(readBefore change: Change, _ error: ClientError) {
    self =
      switch error.kind {
      case .notFound where change.verb == .destroy: .absent(error)
      case .interrupted: .dropped(error)
      default: .failed(error.beforeSending)
      }
  }
}

extension ClientError {
  /// The error of a failed read, converted to the error of the change that needed the read.
  ///
  /// The change was not sent, because the backup could not read its resource. The kind `bad-gateway` becomes
  /// `connection`, because `bad-gateway` would mean that the change may have been carried out.
  fileprivate var beforeSending: ClientError {
    var error = self
    (error.wasSent, error.wasConfirmed) = (false, nil)
    if kind == .badGateway { error.kind = .connection }
    error.message = "not sent, because the backup failed: \(message)"
    return error
  }
}
