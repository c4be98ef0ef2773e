import JSONAPI
import JSONText
package import Values

/// A reader for the elements of a ``SpillFile``, which returns many elements at each call.
package struct SpillFileReader {
  private let file: FileDescriptor
  private let unwritable: [Value]
  /// The last lines, which are still in memory and not in the file.
  private var tail: [UInt8]
  private var position = 0
  /// The number of bytes that the reader reads at each call.
  private static let piece = 1 << 18
  private var rest: [UInt8] = []

  init(file: FileDescriptor, tail: [UInt8], unwritable: [Value]) {
    (self.file, self.tail, self.unwritable) = (file, tail, unwritable)
  }

  /// Returns the next elements; nil at the end of the file.
  package mutating func next() throws(Fault) -> [Value]? {
    while true {
      var bytes = try file.read(Self.piece, at: position)
      position += bytes.count
      if bytes.isEmpty { (bytes, tail) = (tail, []) }
      guard !bytes.isEmpty else { return nil }
      rest += bytes
      guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { continue }
      let lines = Array(rest[...end])
      rest = Array(rest[(end + 1)...])
      let parsed = JSONValue.lines(of: lines)
      if let fault = parsed.fault {
        throw Fault(.file, "another program changed a temporary file of retort: \(fault.message)")
      }
      return parsed.values.map(element)
    }
  }

  /// Returns the element of a line; null for a line that no ``SpillFile`` wrote.
  private func element(_ line: JSONValue) -> Value {
    let parts = line.arrayValue ?? []
    let kind = parts.first?.numberValue?.integer.flatMap { SpillFile.ElementKind(rawValue: $0) }
    guard let kind else { return .null }
    switch kind {
    case .list: return .list(parts.dropFirst().map(element))
    case .record: return .record(record(Array(parts.dropFirst())))
    case _ where parts.count < 2: return .null
    case .plain: return Value(parts[1])
    case .resource: return parts[1].objectValue.map { .resource(resource($0, parts)) } ?? .null
    case .time: return (try? parts[1].stringValue.map { text in .time(try Instant(parsing: text)) }) ?? .null
    case .inMemory:
      let index = parts[1].numberValue?.integer ?? -1
      return unwritable.indices.contains(index) ? unwritable[index] : .null
    }
  }

  private func record(_ fields: [JSONValue]) -> Record {
    Record(
      stride(from: 0, to: fields.count - 1, by: 2).map { index in
        (fields[index].stringValue ?? "", element(fields[index + 1]))
      })
  }

  private func resource(_ object: JSONObject, _ parts: JSONArray) -> ResourceValue {
    guard parts.count == 8 else { return ResourceValue(object) }
    let (path, includePath) = (parts[4].texts, parts[5].texts)
    let compound = parts[3].stringValue.map { client in
      let (included, listed) = (
        IncludedResourceIndex(parts[2].arrayValue ?? []), IncludedResourceIndex(parts[7].arrayValue ?? [])
      )
      return ResourceValue.IncludedResources(client: client, asked: parts[6].texts) { type, id in
        included[type, id]
      } isListed: { type, id in
        listed[type, id] != nil
      }
    }
    return ResourceValue(object, compound: compound, path: path, includePath: includePath)
  }
}

extension JSONValue {
  /// The texts of a list; empty for any other value.
  fileprivate var texts: [String] { (arrayValue ?? []).compactMap(\.stringValue) }
}
