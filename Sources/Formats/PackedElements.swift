import JSONText
package import Values

/// A list of elements that uses little memory.
///
/// The list stores most elements as JSON bytes: records and resources that come from JSON, and records of scalars. It
/// stores other elements, and the first 4096 elements, as values.
package struct PackedElements: Sendable {
  /// The location of an element in the list: a range of bytes in a chunk, or an index in `kept`.
  ///
  /// For example, chunk 2, offset 100 and count 40 mean the bytes 100 to 139 of `chunks[2]`. If `chunk` is
  /// `ElementLocation.kept`, the list stores the element as a value, and `offset` is its index in `kept`.
  private struct ElementLocation {
    var chunk: UInt32
    var offset: UInt32
    var count: UInt32

    static let kept = UInt32.max
  }

  private var chunks: [[UInt8]] = []
  private var places: [ElementLocation] = []
  private var kept: [Value] = []
  /// The size of a full chunk, in bytes.
  ///
  /// The list adds no further element to a chunk of at least this size.
  private static let chunk = 1 << 20
  /// The number of elements that the list stores as values; it stores further elements as bytes.
  private static let few = 4096

  package init() {}

  /// The number of elements.
  package var count: Int { places.count }

  /// Adds an element.
  package mutating func append(_ element: Value) {
    guard kept.count >= Self.few, element.isPackable else {
      places.append(ElementLocation(chunk: ElementLocation.kept, offset: UInt32(kept.count), count: 0))
      return kept.append(element)
    }
    if (chunks.last?.count ?? Self.chunk) >= Self.chunk {
      chunks.append([])
      chunks[chunks.count - 1].reserveCapacity(Self.chunk + Self.chunk / 16)
    }
    let last = chunks.count - 1
    let start = chunks[last].count
    element.pack(into: &chunks[last])
    places.append(
      ElementLocation(chunk: UInt32(last), offset: UInt32(start), count: UInt32(chunks[last].count - start)))
  }

  /// Returns the elements at the given indices, in the order of the indices.
  package func elements(at indices: some Sequence<Int32>) -> [Value] {
    var lines: [UInt8] = []
    var elements: [Value?] = []
    for index in indices {
      let place = places[Int(index)]
      if place.chunk == ElementLocation.kept {
        elements.append(kept[Int(place.offset)])
      } else {
        lines += chunks[Int(place.chunk)][Int(place.offset)..<Int(place.offset) + Int(place.count)]
        lines.append(UInt8(ascii: "\n"))
        elements.append(nil)
      }
    }
    if lines.isEmpty { return elements.compactMap(\.self) }
    var read = JSONValue.lines(of: lines).values.makeIterator()
    return elements.map { element in element ?? read.next().map { Value($0) } ?? .null }
  }

  /// Returns a stream of the elements at the given indices, in the order of the indices.
  ///
  /// While the caller processes a page, another thread converts the next page from bytes to elements.
  package func stream(in order: [Int32]) -> ElementStream {
    var rest = order[...]
    func unpacking() -> Task<[Value], Never>? {
      guard !rest.isEmpty else { return nil }
      defer { rest = rest.dropFirst(Self.page) }
      return Task.detached { [page = rest.prefix(Self.page)] in elements(at: page) }
    }
    var next: Task<[Value], Never>?
    var unpacked = ElementStream { () async throws(Fault) in
      let current = next ?? unpacking()
      next = unpacking()
      return await current?.value
    }
    unpacked.count = { order.count }
    return unpacked
  }

  /// The number of elements on a page.
  private static let page = 1024
}

extension Value {
  /// Whether the list can store the value as JSON bytes, and later read the same value back from the bytes.
  fileprivate var isPackable: Bool {
    switch self {
    case .record(let record):
      if let json = record.json { return !json.contains("attributes") && !json.contains("relationships") }
      return record.madeFields?.allSatisfy(\.value.isJSONScalar) ?? false
    case .resource(let resource): return resource.isAlone
    default: return false
    }
  }

  /// Whether the value is null, a boolean, a number or text.
  private var isJSONScalar: Bool {
    switch self {
    case .null, .bool, .number, .string: true
    default: false
    }
  }

  /// Appends the JSON text of the value to `bytes`.
  fileprivate func pack(into bytes: inout [UInt8]) {
    switch self {
    case .resource(let resource): resource.object.encodeLine(into: &bytes)
    case .record(let record):
      if let json = record.json { return json.encodeLine(into: &bytes) }
      bytes.append(UInt8(ascii: "{"))
      for (index, field) in record.fields.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(jsonString: field.name)
        bytes.append(UInt8(ascii: ":"))
        field.value.pack(into: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    case .null: JSONValue.null.encode(into: &bytes)
    case .bool(let value): JSONValue.bool(value).encode(into: &bytes)
    case .number(let number): JSONValue.number(number).encode(into: &bytes)
    case .string(let text): bytes.append(jsonString: text)
    default: break
    }
  }
}
