import JSONText

/// Rounds the numbers in a request's attributes to integers, and removes white space around the texts.
///
/// For example, `{"rating": 4.5, "text": " x "}` becomes `{"rating": 5, "text": "x"}`. `retort serve` uses this
/// conversion to imitate a service that does not store values exactly.
enum RequestRounderAndTrimmer {
  /// Returns the body of a request with its attributes rounded and trimmed.
  ///
  /// A body without attributes stays unchanged.
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

  /// Returns the integer that is nearest to a number: 5 for 4.5, and -5 for -4.5.
  ///
  /// A number with a magnitude of 9e15 or more stays unchanged, because a `Double` can't represent all larger integers.
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
