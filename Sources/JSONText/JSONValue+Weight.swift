extension JSONValue {
  /// The approximate number of bytes that the value occupies in memory.
  ///
  /// For a parsed array or object, the number is quickly estimated from the length of the text.
  public var weight: Int {
    switch self {
    case .null, .bool: 16
    case .number(let number): 32 + number.text.utf8.count
    case .string(let string): 32 + string.utf8.count
    case .array(let array): array.weight
    case .object(let object): object.weight
    }
  }
}

extension JSONArray {
  /// The approximate number of bytes that the array occupies in memory.
  public var weight: Int {
    if let parsed { return parsed.tape.weight(of: parsed.index) }
    return reduce(32) { $0 + $1.weight }
  }
}

extension JSONObject {
  /// The approximate number of bytes that the object occupies in memory.
  public var weight: Int {
    switch storage {
    case .parsed(let tape, let index): tape.weight(of: index)
    case .members(let members): members.reduce(32) { $0 + 32 + $1.key.utf8.count + $1.value.weight }
    }
  }
}

extension JSONTape {
  /// Returns the approximate number of bytes that the text and the tape entries of an array or object occupy.
  func weight(of index: Int) -> Int {
    let (first, last) = (entry(index), entry(max(index, entry(index).extent - 1)))
    let end = last.kind == .number || last.kind == .string ? last.offset + last.extent : last.offset
    return 64 + max(0, end - first.offset) + 8 * max(0, first.extent - index)
  }
}
