import JSONAPI
import JSONText
package import Values

/// A temporary file of elements, for streams that do not fit in memory.
///
/// Each line contains one element as a JSON array. The first number of the array is the ``ElementKind`` of the element.
package struct SpillFile {
  /// The kind of an element.
  ///
  /// The file stores each element as an array: first the kind, then the items that the kind requires.
  enum ElementKind: Int {
    /// A value that can be read back from its JSON, such as a number or a record: `[0, JSON]`.
    case plain
    /// A resource: `[1, ...]`.
    ///
    /// The next items are the resource object, included resources, and the client's name. The last items are the
    /// resource's `path` and `includePath`, the request's include paths, and identifiers of primary resources. The
    /// array omits included and primary resources to which no relationship of the resource leads.
    case resource
    /// A value that can't be read back from JSON, such as a duration or a client: `[2, N]`.
    ///
    /// A list in memory contains the value, and N is its index in the list.
    case inMemory
    /// A time: `[3, TEXT]`.
    case time
    /// A list with a value that can't be read back from JSON: `[4, ...]`.
    ///
    /// The array continues with one array for each element.
    case list
    /// A record with a value that can't be read back from JSON: `[5, ...]`.
    ///
    /// The array continues with the name and the array of each field.
    case record
  }

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
      begin(.plain)
      separate()
      try element.json().encode(into: &pending)
    } else if case .time(let time) = element {
      begin(.time)
      add(.string(time.text))
    } else if case .list(let elements) = element {
      begin(.list)
      for element in elements {
        separate()
        try encode(element)
      }
    } else if case .record(let record) = element, record.json == nil {
      begin(.record)
      for field in record.fields {
        add(.string(field.name))
        separate()
        try encode(field.value)
      }
    } else {
      begin(.inMemory)
      add(.number(JSONNumber(unwritable.count)))
      unwritable.append(element)
    }
    pending.append(UInt8(ascii: "]"))
  }

  private mutating func encode(_ resource: ResourceValue) {
    let reachable = resource.reachable()
    begin(.resource)
    add(.object(resource.object))
    add(.array(JSONArray(reachable.included.map { .object($0) })))
    add(resource.compound.map { .string($0.client) } ?? .null)
    add(.texts(resource.path))
    add(.texts(resource.includePath))
    add(.texts(resource.compound?.asked ?? []))
    add(.array(JSONArray(reachable.listed.map(\.json))))
  }

  /// Adds the start of an element's array: a bracket and the number of the kind.
  private mutating func begin(_ kind: ElementKind) {
    pending.append(UInt8(ascii: "["))
    pending.append(UInt8(ascii: "0") + UInt8(kind.rawValue))
  }

  private mutating func separate() { pending.append(UInt8(ascii: ",")) }

  /// Adds a comma and a part of an element's array.
  private mutating func add(_ part: JSONValue) {
    separate()
    part.encode(into: &pending)
  }

  private mutating func flush() throws(Fault) {
    try file.write(pending)
    pending = []
  }

  /// Returns a reader for all elements, in the order in which they were added.
  ///
  /// Several readers can read the file at the same time.
  package func reader() -> SpillFileReader { SpillFileReader(file: file, tail: pending, unwritable: unwritable) }
}

extension ResourceValue {
  /// Returns the resources of the document to which this resource's relationships lead, directly or through other
  /// resources.
  ///
  /// - Returns: The resource objects of the included resources, and the identifiers of the primary resources.
  fileprivate func reachable() -> (included: [JSONObject], listed: [ResourceIdentifier]) {
    guard let compound else { return ([], []) }
    var (found, listed): ([JSONObject], [ResourceIdentifier]) = ([], [])
    var seen: Set<CodePointComparedString> = []
    var open = [object]
    while let object = open.popLast() {
      for (_, relationship) in object["relationships"]?.objectValue ?? JSONObject() {
        let data = relationship["data"]
        for identifier in data?.arrayValue?.compactMap(\.objectValue) ?? [data?.objectValue].compactMap(\.self) {
          let stub = ResourceValue(identifier)
          guard let id = stub.id, seen.insert(CodePointComparedString(stub.label)).inserted else { continue }
          if let next = compound.included(stub.type, id) {
            found.append(next)
            open.append(next)
          } else if compound.isListed(stub.type, id) {
            listed.append(ResourceIdentifier(type: stub.type, id: id))
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
}

extension Value {
  /// Whether the value can be read back from JSON: parsing the value's JSON text gives an equal value.
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
