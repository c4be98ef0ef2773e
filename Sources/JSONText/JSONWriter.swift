extension JSONValue {
  /// Returns the value as compact JSON in UTF-8.
  ///
  /// Compact JSON has no white space and as few escapes as possible. The digits of numbers and the order of members do
  /// not change.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    encode(into: &bytes)
    return bytes
  }

  /// The value as compact JSON text.
  public var text: String { String(decoding: encoded(), as: UTF8.self) }

  /// Appends the value to `bytes` as compact JSON.
  public func encode(into bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(word: "null")
    case .bool(let value): bytes.append(word: value ? "true" : "false")
    case .number(let number): bytes.append(contentsOf: number.text.utf8)
    case .string(let string): bytes.append(jsonString: string)
    case .array(let array): array.encode(into: &bytes)
    case .object(let object): object.encode(into: &bytes)
    }
  }
}

extension JSONArray {
  /// Appends the array to `bytes` as compact JSON.
  public func encode(into bytes: inout [UInt8]) {
    if let parsed { return parsed.tape.encode(parsed.index, into: &bytes) }
    bytes.append(UInt8(ascii: "["))
    for (index, element) in enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      element.encode(into: &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }
}

extension JSONObject {
  /// Appends the object to `bytes` as compact JSON.
  public func encode(into bytes: inout [UInt8]) {
    switch storage {
    case .parsed(let tape, let index):
      if let line = tape.compactLine(ofObject: index) {
        bytes.append(contentsOf: tape.bytes[line])
      } else {
        tape.encode(index, into: &bytes)
      }
    case .members(let members): Self.encode(members, into: &bytes)
    }
  }

  /// Appends members to `bytes` as an object; leaves out the member at the index `omitted`.
  private static func encode(_ members: [Element], without omitted: Int? = nil, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    for index in members.indices where index != omitted {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      bytes.append(jsonString: members[index].key)
      bytes.append(UInt8(ascii: ":"))
      members[index].value.encode(into: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }
}

extension JSONObject {
  /// Appends the object to `bytes` as compact JSON, without the member `key`.
  package func encode(into bytes: inout [UInt8], without key: String) {
    let members = if case .members(let members) = storage { members } else { Array(self) }
    Self.encode(members, without: members.index(of: key), into: &bytes)
  }

  /// Returns an equal object that contains its own JSON text.
  ///
  /// To encode such an object, the program only copies the text.
  package func encodedOnce() -> JSONObject {
    JSONValue.lines(of: JSONValue.object(self).encoded()).values.first?.objectValue ?? self
  }

  /// Appends the object to `bytes` as one line of JSON.
  ///
  /// An object that was parsed from a line of its own is written without changes. Any other object is written as
  /// compact JSON.
  package func encodeLine(into bytes: inout [UInt8]) {
    if case .parsed(let tape, let index) = storage, let line = tape.line(ofObject: index) {
      return bytes.append(contentsOf: tape.bytes[line])
    }
    encode(into: &bytes)
  }
}

extension JSONTape {
  /// Appends the value at an index as compact JSON.
  ///
  /// A number, or a string without escapes, is copied from the parsed text.
  func encode(_ index: Int, into bytes: inout [UInt8]) {
    let entry = entry(index)
    switch entry.kind {
    case .number: copy(entry.offset, entry.extent, into: &bytes)
    case .string: encode(string: entry, into: &bytes)
    case .null, .voidKey: bytes.append(word: "null")
    case .no: bytes.append(word: "false")
    case .yes: bytes.append(word: "true")
    case .array:
      bytes.append(UInt8(ascii: "["))
      var element = index + 1
      while element < entry.extent {
        if element > index + 1 { bytes.append(UInt8(ascii: ",")) }
        encode(element, into: &bytes)
        element = next(after: element)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object:
      bytes.append(UInt8(ascii: "{"))
      var isFirst = true
      eachMember(of: index) { key, value in
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        encode(string: key, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        encode(value, into: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private func encode(string entry: TapeEntry, into bytes: inout [UInt8]) {
    if entry.hasEscape {
      bytes.append(jsonString: string(entry))
    } else {
      copy(entry.offset - 1, entry.extent + 2, into: &bytes)
    }
  }

  @inline(__always) private func copy(_ offset: Int, _ count: Int, into result: inout [UInt8]) {
    result.append(contentsOf: bytes[offset..<offset + count])
  }
}

extension [UInt8] {
  /// Appends the bytes of a literal such as `null`.
  @inline(__always) package mutating func append(word: StaticString) {
    let bytes = unsafe UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    append(addingCapacity: bytes.count) { added in unsafe added.append(bytes) }
  }

  /// Appends text as a JSON string, in quotes.
  ///
  /// The function escapes `"`, `\` and control characters, and copies all other characters.
  public mutating func append(jsonString string: String) {
    var string = string
    string.withUTF8 { utf8 in
      if unsafe JSONScanner.isPlain(UnsafeRawBufferPointer(utf8)) { return unsafe append(quoting: utf8) }
      append(UInt8(ascii: "\""))
      var plain = 0
      for index in utf8.indices {
        let byte = unsafe utf8[index]
        guard Self.needsEscape(byte) else { continue }
        unsafe append(contentsOf: utf8[plain..<index])
        append(escapeOf: byte)
        plain = index + 1
      }
      unsafe append(contentsOf: utf8[plain...])
      append(UInt8(ascii: "\""))
    }
  }

  /// Appends bytes in quotes, with one check of the array's capacity.
  @inline(__always) private mutating func append(quoting bytes: UnsafeBufferPointer<UInt8>) {
    append(addingCapacity: bytes.count + 2) { added in
      added.append(UInt8(ascii: "\""))
      unsafe added.append(bytes)
      added.append(UInt8(ascii: "\""))
    }
  }

  @inline(__always) private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x22 || byte == 0x5C
  }

  private mutating func append(escapeOf byte: UInt8) {
    switch byte {
    case 0x22, 0x5C: append(contentsOf: [UInt8(ascii: "\\"), byte])
    case 0x08: append(contentsOf: "\\b".utf8)
    case 0x09: append(contentsOf: "\\t".utf8)
    case 0x0A: append(contentsOf: "\\n".utf8)
    case 0x0C: append(contentsOf: "\\f".utf8)
    case 0x0D: append(contentsOf: "\\r".utf8)
    default:
      append(contentsOf: "\\u00".utf8)
      append(contentsOf: [byte >> 4, byte & 15].map { $0 < 10 ? 0x30 + $0 : 0x57 + $0 })
    }
  }
}

extension OutputSpan<UInt8> {
  /// Appends bytes, for which the span must have room.
  @inline(__always) fileprivate mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    unsafe withUnsafeMutableBufferPointer { memory, count in
      _ = unsafe memory.extracting(count..<count + bytes.count).update(fromContentsOf: bytes)
      count += bytes.count
    }
  }
}
