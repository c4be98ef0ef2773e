import Foundation
import SQLite

/// The file that a service is made of, or the sample.
///
/// A file goes into WAL mode, so that several processes can serve it, and waits for them up to five seconds; its
/// foreign keys get the indexes they lack. A file that can't be written is read only, and left as it is.
struct DatabaseFile {
  /// The name of the sample, which is made in memory; a file of that name is `./blog`.
  static let sample = "blog"

  let path: String

  /// Opens the database, its foreign keys enforced and indexed, and tells whether it can be written.
  func open() throws(ResourceService.OpeningError) -> (database: SharedDatabase, isWritable: Bool) {
    let isSample = path == Self.sample
    let isWritable = try isSample ? true : look()
    do {
      return (try isSample ? Self.blog() : file(isWritable: isWritable), isWritable)
    } catch {
      throw Self.unreadable(path, error)
    }
  }

  /// What is said when SQLite gives up.
  static func unreadable(_ path: String, _ error: any Error) -> ResourceService.OpeningError {
    let reason = (error as? SQLError)?.message ?? "\(error)"
    return ResourceService.OpeningError(.unreadable, "\"\(path)\" can't be read: \(reason)")
  }

  private static func blog() throws -> SharedDatabase {
    let database = try SharedDatabase()
    try database.inTransaction(.immediate) { database in
      try Sample.create(in: database)
      try ForeignKeyIndexes.create(database)
    }
    return database
  }

  private func file(isWritable: Bool) throws -> SharedDatabase {
    let database = try SharedDatabase(path: path, isReadOnly: !isWritable)
    if isWritable { try database.inTransaction(.immediate, ForeignKeyIndexes.create) }
    return database
  }

  /// Finds out, before SQLite would make a file of it, whether it is a database, and whether it can be written.
  private func look() throws(ResourceService.OpeningError) -> Bool {
    typealias OpeningError = ResourceService.OpeningError
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw OpeningError(.noSuchFile, "there is no file \"\(path)\"; the sample is \"\(Self.sample)\"")
    }
    guard !isDirectory.boolValue else {
      throw OpeningError(.notADatabase, "\"\(path)\" is a directory, not a database")
    }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw OpeningError(.unreadable, "\"\(path)\" can't be read")
    }
    guard let start = try? file.read(upToCount: 16), start == Data("SQLite format 3\0".utf8) else {
      throw OpeningError(.notADatabase, "\"\(path)\" is no SQLite database")
    }
    return FileManager.default.isWritableFile(atPath: path)
  }
}
