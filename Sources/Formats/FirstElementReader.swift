import Glibc
import JSONText
package import Values

/// Reads the first element of a file, which shows the fields of the elements.
package enum FirstElementReader {
  /// The maximum number of bytes that the reader reads.
  private static let limit = 65_536

  /// Returns the first element of a file.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - format: The format of the file.
  /// - Returns: The element. For csv and tsv, the element is a record with the names of the columns and empty cells.
  ///   The result is nil for a text file, a pipe or a device, and for an element of 64 KiB or more. In json, the limit
  ///   is for the whole file.
  package static func element(of path: String, _ format: FileFormat) -> Value? {
    guard let (bytes, isWhole) = head(of: path) else { return nil }
    switch format {
    case .csv, .tsv:
      var rows = CSVParser(separator: UInt8(ascii: format == .tsv ? "\t" : ","), path: path)
      rows.add(Array(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]))
      if isWhole { rows.add([]) }
      guard let names = try? rows.next()?.cells, Set(names).count == names.count else { return nil }
      return .record(Record(names.map { (name: $0, value: Value.string("")) }))
    case .ndjson:
      let line = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1).first ?? []
      return (try? JSONValue(parsing: Array(line))).map { Value($0) }
    case .json:
      guard isWhole, let json = try? JSONValue(parsing: bytes) else { return nil }
      guard let elements = json.arrayValue else { return Value(json) }
      return elements.first.map { Value($0) }
    case .txt: return nil
    }
  }

  private static func head(of path: String) -> (bytes: [UInt8], isWhole: Bool)? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let file = try? FileDescriptor.reading(path), let bytes = try? file.read(limit)
    else { return nil }
    return (bytes, bytes.count < limit)
  }
}
