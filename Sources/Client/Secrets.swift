public import JSONText

extension JSONValue {
  /// The value without secrets.
  ///
  /// `***` stands for what members hold whose names speak of one, and for the password of a URI in a text; null stays.
  ///
  /// ```swift
  /// JSONValue(parsing: #"{"token":"x","from":"amqp://u:p@h/"}"#).hidingSecrets  // {"token":"***","from":"amqp://u:***@h/"}
  /// ```
  public var hidingSecrets: JSONValue {
    switch self {
    case .object(let object): .object(object.hidingSecrets)
    case .array(let array): .array(JSONArray(array.map(\.hidingSecrets)))
    case .string(let text): .string(text.hidingPasswords)
    default: self
    }
  }
}

extension JSONObject {
  private static let secrets = [
    "password", "passwd", "passphrase", "secret", "token", "credential", "authorization", "api-key", "api_key", "beam",
  ]

  /// The object without secrets, as ``JSONText/JSONValue/hidingSecrets``.
  public var hidingSecrets: JSONObject {
    JSONObject(
      map { key, value in
        let name = key.lowercased()
        guard Self.secrets.contains(where: name.contains), value != .null else { return (key, value.hidingSecrets) }
        return (key, "***")
      })
  }
}

extension String {
  /// The text with `***` for the password of each URI: `amqp://user:***@host`.
  var hidingPasswords: String {
    guard utf8.contains(UInt8(ascii: "@")), contains("://") else { return self }
    return replacing(#/(://[^\s:/@"]*:)[^\s"]*@/#) { "\($0.output.1)***@" }
  }
}
