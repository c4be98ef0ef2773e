import Foundation
import GRDB

extension ResourceService {
  /// Where a service's database comes from.
  public enum Source: Sendable, Equatable {
    /// A database that is made in memory, by name.
    case sample(String)
    /// A file that SQLite can read, by path.
    case file(String)

    /// The names of the samples.
    public static let samples = ["blog"]

    /// Reads what a user writes: the name of a sample, or a path; `./blog` is a file.
    public init(_ text: String) { self = Self.samples.contains(text) ? .sample(text) : .file(text) }
  }
}

extension ResourceService.Source {
  /// Opens the database, its foreign keys enforced and indexed.
  ///
  /// A file goes into WAL mode, so that several processes can serve it, and waits for them up to five seconds.
  /// A file that can't be written is read only.
  func database() throws(ServiceError) -> DatabaseQueue {
    switch self {
    case .sample(let name):
      guard Self.samples.contains(name) else {
        let known = Self.samples.joined(separator: ", ")
        throw ServiceError(.noSuchSample, "there is no sample \"\(name)\"; the samples are: \(known)")
      }
      return try Self.opening("the sample \"\(name)\"") { try Self.blog() }
    case .file(let path):
      let isWritable = try Self.look(at: path)
      return try Self.opening("\"\(path)\"") { try Self.file(path, isWritable: isWritable) }
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.acceptsDoubleQuotedStringLiterals = true
    return configuration
  }

  private static func blog() throws -> DatabaseQueue {
    let database = try DatabaseQueue(configuration: configuration)
    try database.inTransaction { database in
      try Sample.create(in: database)
      try ForeignKeyIndexes.create(database)
      return .commit
    }
    return database
  }

  private static func file(_ path: String, isWritable: Bool) throws -> DatabaseQueue {
    var configuration = Self.configuration
    configuration.readonly = !isWritable
    configuration.busyMode = .timeout(5)
    if isWritable { configuration.journalMode = .wal }
    let database = try DatabaseQueue(path: path, configuration: configuration)
    if isWritable {
      try database.inTransaction(.immediate) { database in
        try ForeignKeyIndexes.create(database)
        return .commit
      }
    }
    return database
  }

  /// Finds out, before SQLite would make a file of it, whether a path is a database, and whether it can be written.
  private static func look(at path: String) throws(ServiceError) -> Bool {
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw ServiceError(.noSuchFile, "there is no file \"\(path)\"")
    }
    guard !isDirectory.boolValue else {
      throw ServiceError(.notADatabase, "\"\(path)\" is a directory, not a database")
    }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw ServiceError(.unreadable, "\"\(path)\" can't be read")
    }
    guard let start = try? file.read(upToCount: 16), start == Data("SQLite format 3\0".utf8) else {
      throw ServiceError(.notADatabase, "\"\(path)\" is no SQLite database")
    }
    return FileManager.default.isWritableFile(atPath: path)
  }

  private static func opening(
    _ name: String, _ body: () throws -> DatabaseQueue
  ) throws(ServiceError) -> DatabaseQueue {
    do { return try body() } catch {
      let reason = (error as? DatabaseError)?.message ?? "\(error)"
      throw ServiceError(.unreadable, "\(name) can't be opened: \(reason)")
    }
  }
}
