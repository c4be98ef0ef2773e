import Foundation
import SQLite

/// A file in a temporary folder; `deinit` removes both.
final class TemporaryFile {
  private let folder: URL
  let path: String

  /// Creates a database file with the tables and rows of SQL statements.
  convenience init(_ sql: String) throws {
    try self.init()
    try SharedDatabase(path: path).use { try $0.execute(sql) }
  }

  /// Creates a file with these bytes; if `bytes` is nil, `path` is the path of a missing file.
  init(bytes: [UInt8]? = nil) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.appending(path: "shop.sqlite").path
    if let bytes { try Data(bytes).write(to: URL(filePath: path)) }
  }

  var exists: Bool { FileManager.default.fileExists(atPath: path) }

  deinit { try? FileManager.default.removeItem(at: folder) }
}
