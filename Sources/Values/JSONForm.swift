public import JSONText

extension Value {
  /// Converts the value to JSON.
  ///
  /// A resource becomes the resource object that the service sent. A duration and a time become text.
  ///
  /// - Throws: A `type` error for a value without a JSON form, such as a client, a connection or most streams.
  public func json() throws(Fault) -> JSONValue {
    var left = SizeLimits.values
    return try json(&left)
  }

  /// Converts the value to JSON, and counts the values in it.
  ///
  /// `left` is the number of values that the JSON text may still contain, including nested values. The function throws
  /// a `limit` error if this value contains more.
  private func json(_ left: inout Int) throws(Fault) -> JSONValue {
    left -= 1
    if left & 0xFFFF == 0, Task.isCancelled { throw Fault(.interrupted, "interrupted") }
    guard left > 0 else {
      throw Fault(.limit, "JSON can have at most \(SizeLimits.values / 1_000_000) million values")
    }
    switch self {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .number(let number): return .number(number)
    case .string(let string): return .string(string)
    case .duration(let duration): return .string(duration.text)
    case .time(let time): return .string(time.text)
    case .list(let elements): return .array(JSONArray(try Self.json(elements, &left)))
    case .range(let lower, let upper):
      guard upper - lower < 1_000_000 else {
        throw Fault(.limit, "a range of more than a million integers can't be JSON")
      }
      return .array(JSONArray(lower <= upper ? (lower...upper).map { .number(JSONNumber($0)) } : []))
    case .record(let record):
      if let json = record.json { return .object(json) }
      let fields = record.fields
      var members: [JSONObject.Element] = []
      members.reserveCapacity(fields.count + 1)
      for field in fields { members.append((key: field.name, value: try field.value.json(&left))) }
      return .object(JSONObject(unique: members))
    case .resource(let resource): return .object(resource.object)
    case .page(let page): return .array(JSONArray(try Self.json(page.items, &left)))
    case .error(let fault):
      return try Value.record(Record(fault.fields)).json()
    case .stream(let stream) where stream.json != nil: return try stream.json?() ?? .null
    case .stream, .client, .connection, .pattern:
      throw Fault(.type, "\(typeWithArticle) has no JSON form", nextStep: wayToJSON)
    }
  }

  private static func json(_ elements: [Value], _ left: inout Int) throws(Fault) -> [JSONValue] {
    var result: [JSONValue] = []
    result.reserveCapacity(elements.count)
    for element in elements { result.append(try element.json(&left)) }
    return result
  }

  /// The next step in the error message for a value without a JSON form.
  private var wayToJSON: String? {
    switch self {
    case .stream: "collect the stream first: | collect"
    case .client: "read the resources of the client: stream CLIENT"
    case .pattern: "for the text of the pattern, write string(PATTERN); to test a text, write TEXT =~ PATTERN"
    case .connection: "for the address of the connection, write string(CONNECTION)"
    default: nil
    }
  }

  /// Returns the text of the value in an interpolation, in the output of `print` and in messages.
  ///
  /// The text is that of `exactText()`, with one exception. A duration with a fraction of a millisecond is a measured
  /// duration, so the text is rounded.
  package func interpolated() throws(Fault) -> String {
    if case .duration(let duration) = self { return duration.printed }
    return try exactText()
  }

  /// Returns the exact text of the value, for a csv cell, a key and the function `string`.
  ///
  /// A string, a duration and a time have no quotes. A client gives its name, a connection gives its address, and an
  /// error gives its message. A pattern is between slashes. Any other value becomes JSON.
  package func exactText() throws(Fault) -> String {
    switch self {
    case .string(let string): return string
    case .duration(let duration): return duration.text
    case .time(let time): return time.text
    case .client(let client): return client.name
    case .connection(let connection): return connection.address
    case .error(let fault): return fault.message
    case .pattern(let pattern): return pattern.description
    default: return try json().text
    }
  }
}
