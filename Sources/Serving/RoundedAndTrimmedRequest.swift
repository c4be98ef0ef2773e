import JSONText

/// Changes a request as a service does that rounds numbers to integers and trims white space around texts.
enum RoundedAndTrimmedRequest {
  /// Returns the body of a request with the attributes of its document rounded and trimmed.
  ///
  /// A body without attributes is returned unchanged.
  static func body(_ body: [UInt8]) -> [UInt8] {
    guard var request = (try? JSONValue(parsing: body))?.objectValue, var params = request["params"]?.objectValue,
      var data = params["data"]?.objectValue, let attributes = data["attributes"]?.objectValue
    else { return body }
    data["attributes"] = .object(JSONObject(attributes.map { ($0.key, value($0.value)) }))
    params["data"] = .object(data)
    request["params"] = .object(params)
    return JSONValue.object(request).encoded()
  }

  private static func value(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number(let number): .number(rounded(number))
    case .string(let text): .string(trimmed(text))
    default: value
    }
  }

  /// Returns the nearest integer of a number, with halves rounded away from zero.
  ///
  /// A number with a magnitude of 9e15 or more is returned unchanged, because a `Double` can't represent all larger
  /// integers.
  private static func rounded(_ number: JSONNumber) -> JSONNumber {
    guard number.integer == nil, let double = Double(number.text), double.magnitude < 9e15 else { return number }
    return JSONNumber(Int(double.rounded(.toNearestOrAwayFromZero)))
  }

  private static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}
