import Formats
import JSONText
import Values

extension FileFormat {
  /// Writes elements to a file; leaves the file unchanged if the format does not allow the elements.
  func write(_ elements: [JSONValue], to path: String, appends: Bool = false) throws(Fault) {
    var writer = try FileWriter(path, self, appends: appends)
    do throws(Fault) {
      try writer.write(elements.map { Value($0) })
      try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Reads a file and returns all its elements.
  func elements(of path: String) throws(Fault) -> [JSONValue] {
    var reader = try FileReader(path, self)
    var elements: [JSONValue] = []
    while let page = try reader.next() {
      for value in page { elements.append(try value.json()) }
    }
    return elements
  }
}
