public import JSONText

extension JSONValue {
  /// The value without secrets.
  ///
  /// `***` stands for what members hold whose names speak of one, for the password of a URI in a text, and for what comes
  /// after `Bearer`; null stays.
  ///
  /// ```swift
  /// let value = try JSONValue(parsing: #"{"token":"x","from":"amqp://u:p@h/"}"#)
  /// value.hidingSecrets  // {"token":"***","from":"amqp://u:***@h/"}
  /// ```
  public var hidingSecrets: JSONValue {
    switch self {
    case .object(let object): .object(object.hidingSecrets)
    case .array(let array): .array(JSONArray(array.map(\.hidingSecrets)))
    case .string(let text): .string(text.hidingSecrets)
    default: self
    }
  }
}

extension JSONObject {
  private static let words = [
    "password", "passwd", "passphrase", "passcode", "secret", "token", "credential", "authorization", "cookie",
    "apikey", "privatekey", "beam",
  ]

  /// The object without secrets, as ``JSONText/JSONValue/hidingSecrets``.
  public var hidingSecrets: JSONObject {
    JSONObject(
      map { key, value in
        guard Self.isSecret(key), value != .null else { return (key, value.hidingSecrets) }
        return (key, "***")
      })
  }

  /// Whether a member of that name holds a secret.
  package static func isSecret(_ key: String) -> Bool {
    let name = String(key.lowercased().filter { $0 != "-" && $0 != "_" })
    return name == "pass" || name == "pwd" || words.contains(where: name.contains)
  }
}

extension String {
  /// The text without secrets: the passwords of URIs, what comes after `Bearer`, and, where it is a piece of JSON,
  /// the texts of members whose names speak of secrets.
  var hidingSecrets: String {
    var text = self
    if contains("://") { text.replace(#/(://[^\s:/@"]*:)[^\s"]*@/#) { "\($0.output.1)***@" } }
    text.replace(#/(?i)\b(bearer) +[A-Za-z0-9._~+\/=\-]+/#) { "\($0.output.1) ***" }
    guard contains("\"") else { return text }
    text.replace(#/"([^"\\]+)"(\s*:\s*)"(?:[^"\\]|\\.)*"?/#) { match in
      JSONObject.isSecret(String(match.output.1)) ? "\"\(match.output.1)\"\(match.output.2)\"***\"" : match.output.0
    }
    return text
  }
}
