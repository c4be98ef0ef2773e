import Glibc
import JSONAPI
import JSONText
package import Values

/// A temporary file of elements, for streams that do not fit in memory.
///
/// Each line contains one element as a JSON array. The array begins with a number for the kind of the element:
/// - `[0, JSON]`: a value that JSON restores, such as a number or a record.
/// - `[1, ...]`: a resource. The array continues with the resource object, included resources, the client's name, the
///   path, the include path, the request's include paths, and identifiers of primary resources. The included and
///   primary resources are only those to which the resource's relationships lead.
/// - `[2, N]`: a value that JSON can't restore, such as a duration or a client. A list in memory contains the value,
///   and N is its index in the list.
/// - `[3, TEXT]`: a time.
/// - `[4, ...]`: a list with a value that JSON can't restore. The array continues with one array for each element.
/// - `[5, ...]`: a record with a value that JSON can't restore. The array continues with the name and the array of each
///   field.
package struct SpillFile {
  private let file: FileDescriptor
  private var pending: [UInt8] = []
  private var unwritable: [Value] = []
  private static let piece = 1 << 20

  /// Creates a file in the directory that `TMPDIR` names, or in `/tmp`.
  package init() throws(Fault) { file = try FileDescriptor.nameless() }

  /// Adds an element.
  package mutating func append(_ element: Value) throws(Fault) {
    try encode(element)
    pending.append(UInt8(ascii: "\n"))
    if pending.count > Self.piece { try flush() }
  }

  private mutating func encode(_ element: Value) throws(Fault) {
    if case .resource(let resource) = element, !resource.isStub {
      encode(resource)
    } else if element.isPlain {
      pending += Array("[0,".utf8)
      try element.json().encode(into: &pending)
    } else if case .time(let time) = element {
      pending += Array("[3,\"\(time.text)\"".utf8)
    } else if case .list(let elements) = element {
      pending += Array("[4".utf8)
      for element in elements {
        pending.append(UInt8(ascii: ","))
        try encode(element)
      }
    } else if case .record(let record) = element, record.json == nil {
      pending += Array("[5".utf8)
      for field in record.fields {
        pending.append(UInt8(ascii: ","))
        JSONValue.string(field.name).encode(into: &pending)
        pending.append(UInt8(ascii: ","))
        try encode(field.value)
      }
    } else {
      pending += Array("[2,\(unwritable.count)".utf8)
      unwritable.append(element)
    }
    pending.append(UInt8(ascii: "]"))
  }

  private mutating func encode(_ resource: ResourceValue) {
    pending += Array("[1,".utf8)
    resource.object.encode(into: &pending)
    pending.append(UInt8(ascii: ","))
    let reachable = resource.reachable()
    JSONArray(reachable.included.map { .object($0) }).encode(into: &pending)
    let rest: [JSONValue] = [
      resource.compound.map { .string($0.client) } ?? .null, .texts(resource.path), .texts(resource.includePath),
      .texts(resource.compound?.asked ?? []), .array(JSONArray(reachable.listed.map(\.json))),
    ]
    for part in rest {
      pending.append(UInt8(ascii: ","))
      part.encode(into: &pending)
    }
  }

  private mutating func flush() throws(Fault) {
    try file.write(pending)
    pending = []
  }

  /// Returns a reader for all elements, in the order in which they were added.
  ///
  /// Several readers can read the file at the same time.
  package func reader() -> SpillFileReader { SpillFileReader(file: file, tail: pending, unwritable: unwritable) }

  /// A reader for the elements of the file, which returns many elements at each call.
  package struct SpillFileReader {
    private let file: FileDescriptor
    private let unwritable: [Value]
    /// The last lines, which are still in memory and not in the file.
    private var tail: [UInt8]
    private var position = 0
    private var rest: [UInt8] = []

    fileprivate init(file: FileDescriptor, tail: [UInt8], unwritable: [Value]) {
      (self.file, self.tail, self.unwritable) = (file, tail, unwritable)
    }

    /// Returns the next elements; nil at the end of the file.
    package mutating func next() throws(Fault) -> [Value]? {
      while true {
        var bytes = try file.read(SpillFile.piece / 4, at: position)
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

    private func element(_ line: JSONValue) -> Value {
      let parts = line.arrayValue ?? []
      guard parts.count >= 2 else { return .null }
      switch parts[0] {
      case 1: return parts[1].objectValue.map { .resource(resource($0, parts)) } ?? .null
      case 2:
        let index = parts[1].numberValue.flatMap { Int($0.text) } ?? -1
        return unwritable.indices.contains(index) ? unwritable[index] : .null
      case 3: return (try? parts[1].stringValue.map { text in .time(try Instant(parsing: text)) }) ?? .null
      case 4: return .list(parts.dropFirst().map(element))
      case 5:
        let fields = Array(parts.dropFirst())
        return .record(
          Record(
            stride(from: 0, to: fields.count - 1, by: 2).map { index in
              (fields[index].stringValue ?? "", element(fields[index + 1]))
            }))
      default: return Value(parts[1])
      }
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
}

extension ResourceValue {
  /// Returns the resources of the document to which this resource's relationships lead, directly or over other
  /// resources.
  ///
  /// - Returns: The resource objects of the included resources, and the identifiers of the primary resources.
  fileprivate func reachable() -> (included: [JSONObject], listed: [Identifier]) {
    guard let compound else { return ([], []) }
    var (found, listed): ([JSONObject], [Identifier]) = ([], [])
    var seen: Set<CodePointString> = []
    var open = [object]
    while let object = open.popLast() {
      for (_, relationship) in object["relationships"]?.objectValue ?? JSONObject() {
        let data = relationship["data"]
        for identifier in data?.arrayValue?.compactMap(\.objectValue) ?? [data?.objectValue].compactMap(\.self) {
          let stub = ResourceValue(identifier)
          guard let id = stub.id, seen.insert(CodePointString(stub.label)).inserted else { continue }
          if let next = compound.included(stub.type, id) {
            found.append(next)
            open.append(next)
          } else if compound.isListed(stub.type, id) {
            listed.append(Identifier(type: stub.type, id: id))
          }
        }
      }
    }
    return (found, listed)
  }
}

extension JSONValue {
  /// A list of texts.
  fileprivate static func texts(_ texts: [String]) -> JSONValue { .array(JSONArray(texts.map { .string($0) })) }

  /// The texts of a list; empty for any other value.
  fileprivate var texts: [String] { (arrayValue ?? []).compactMap(\.stringValue) }
}

extension Value {
  /// Whether JSON can restore the value: parsing the JSON text of the value gives an equal value.
  fileprivate var isPlain: Bool {
    switch self {
    case .null, .bool, .number, .string: true
    case .list(let elements): elements.allSatisfy(\.isPlain)
    case .record(let record):
      if let json = record.json { ResourceValue(found: json) == nil } else { isPlain(record.fields) }
    default: false
    }
  }

  private func isPlain(_ fields: [Record.Field]) -> Bool {
    fields.allSatisfy { $0.value.isPlain } && !fields.contains { $0.name == "attributes" || $0.name == "relationships" }
  }
}
