public import JSONText
import Redaction

extension JSONValue {
  /// The value without secrets.
  ///
  /// `***` replaces the value of a member whose name means a secret, such as `token`. A null value stays null. In
  /// texts, `***` replaces passwords of URIs and tokens after `Bearer`.
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
  /// The object without secrets, like ``JSONText/JSONValue/hidingSecrets``.
  public var hidingSecrets: JSONObject {
    JSONObject(
      map { key, value in
        guard Secrets.isSecret(name: key), value != .null else { return (key, value.hidingSecrets) }
        return (key, "***")
      })
  }
}

extension String {
  /// The text without secrets.
  var hidingSecrets: String { Secrets.hidden(in: self) }
}
