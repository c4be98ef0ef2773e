import Foundation
import JSONRPC
import SQLite

/// The database file of a service, or the built-in sample database.
///
/// The service uses SQLite's WAL mode, so that several processes can serve the same file. Each process waits up to five
/// seconds for a lock of another process. The service creates an index for each foreign key that has none. A file that
/// the service can't write is served read-only and stays unchanged.
struct DatabaseFile {
  /// The name of the sample database, which the service creates in memory.
  ///
  /// To open a file that is called `blog`, a user writes `./blog`.
  static let sample = "blog"

  let path: String

  /// Opens the database.
  ///
  /// In the opened database, SQLite enforces the foreign keys. If the service can write the database, each foreign key
  /// of one column has an index.
  ///
  /// - Returns: The database, and whether the service can write it.
  /// - Throws: The reason why the service can't serve the database.
  func open() throws(ResourceService.DatabaseOpeningError) -> (database: SharedDatabase, isWritable: Bool) {
    let isSample = path == Self.sample
    let isWritable = try isSample ? true : look()
    do {
      return (try isSample ? Self.blog() : file(isWritable: isWritable), isWritable)
    } catch {
      throw Self.unreadable(path, error)
    }
  }

  /// Returns the identity of a database.
  ///
  /// The identity of a file is its path and inode. The identity of a sample database in memory is a unique number.
  static func identity(of name: String) -> String {
    guard name != sample else { return SampleDatabaseIdentity.unique(name) }
    let path = URL(filePath: name).absoluteURL.resolvingSymlinksInPath().path
    let inode = try? FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64
    return inode.map { "\(path), inode \($0)" } ?? path
  }

  /// Returns the error for a database that SQLite can't open or read.
  static func unreadable(_ path: String, _ error: any Error) -> ResourceService.DatabaseOpeningError {
    let reason = (error as? SQLError)?.message ?? "\(error)"
    return ResourceService.DatabaseOpeningError(.unreadable, "\"\(path)\" can't be read: \(reason)")
  }

  private static func blog() throws -> SharedDatabase {
    let database = try SharedDatabase()
    try database.inTransaction(.immediate) { database in
      try SampleDatabase.create(in: database)
      try ForeignKeyIndexes.create(database)
    }
    return database
  }

  private func file(isWritable: Bool) throws -> SharedDatabase {
    let database = try SharedDatabase(path: path, isReadOnly: !isWritable)
    if isWritable { try database.inTransaction(.immediate, ForeignKeyIndexes.create) }
    return database
  }

  /// Checks that the file exists and is a database.
  ///
  /// Without this check, SQLite would create a missing file.
  ///
  /// - Returns: Whether the service can write the file.
  /// - Throws: The reason why the service can't serve the file.
  private func look() throws(ResourceService.DatabaseOpeningError) -> Bool {
    typealias DatabaseOpeningError = ResourceService.DatabaseOpeningError
    // The system would read the path only up to the NUL.
    if path.utf8.contains(0) { throw DatabaseOpeningError(.noSuchFile, "the path of the database contains a NUL") }
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw DatabaseOpeningError(.noSuchFile, "there is no file \"\(path)\"; for the sample write \"\(Self.sample)\"")
    }
    guard !isDirectory.boolValue else {
      throw DatabaseOpeningError(.notADatabase, "\"\(path)\" is a directory, not a database")
    }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw DatabaseOpeningError(.unreadable, "\"\(path)\" can't be read")
    }
    guard let start = try? file.read(upToCount: 16), start == Data("SQLite format 3\0".utf8) else {
      throw DatabaseOpeningError(.notADatabase, "\"\(path)\" is not a SQLite database")
    }
    return FileManager.default.isWritableFile(atPath: path)
  }
}
