import JSONText

/// The conversion of a request's parameters, in the same way as in the imitated library (WireProtocol.md,
/// "Parameters").
///
/// The imitated library is called the flavour: `carrot` or `retort`. The service converts the parameters before it
/// reads the database.
extension ProtocolDialect {
  /// Returns the parameters as a server of the imitated library (the flavour) understands them.
  ///
  /// - Throws: ``RequestRefusal`` if the library refuses parameters that the service otherwise accepts.
  func admitted(_ params: JSONObject, to method: Method) throws(RequestRefusal) -> JSONObject {
    switch flavour {
    case nil: params
    case .carrot: try CarrotParamsConverter.admitted(params, to: method)
    case .retort: try RetortParamsConverter.admitted(params, to: method)
    }
  }

  /// Splits a `destroy` request into requests that each destroy one resource, and returns their parameters.
  ///
  /// A service that imitates jsonapi-resources (flavour `carrot`) splits the id at commas: `"1,2"` destroys two
  /// resources.
  func destroys(_ params: JSONObject) -> [JSONObject] {
    guard flavour == .carrot, let id = params["id"]?.stringValue, id.contains(",") else { return [params] }
    return id.split(separator: ",").map { ["id": .string(String($0))] }
  }

  /// Returns the JSON result of a request that destroyed `count` resources.
  func destroyed(_ count: Int) -> String {
    if flavour == .retort { return #"{"meta":{}}"# }
    return count == 1 ? "{}" : #"{"data":[]}"#
  }
}

/// Converts the parameters of a request as jsonapi-resources does, for the flavour `carrot`.
///
/// For example, the filter value `[1, 2]` becomes `"1,2"`.
private enum CarrotParamsConverter {
  static func admitted(_ params: JSONObject, to method: Method) throws(RequestRefusal) -> JSONObject {
    var params = params
    for name in ["include", "sort", "filter", "fields", "page"] where params[name] == .null { params[name] = nil }
    for name in ["include", "sort"] {
      if let value = params[name], value.stringValue == nil {
        throw RequestRefusal(.internalError("\(name) is not a string"))
      }
    }
    switch method {
    case .index:
      if let number = params["page"]?.numberValue { params["page"] = ["number": .number(number)] }
      if let page = params["page"]?.objectValue {
        params["page"] = .object(JSONObject(page.map { ($0.key, integer($0.value)) }))
      }
      if let filter = params["filter"]?.objectValue { params["filter"] = .object(texts(filter)) }
    case .show: if params["id"] ?? .null == .null { throw RequestRefusal(.notFound("")) }
    case .create: try checkData(params)
    case .update: try checkKey(params)
    case .destroy:
      if params["id"]?.stringValue == nil { throw RequestRefusal(.internalError("the id is not a string")) }
    default: break
    }
    return params
  }

  /// Converts a text to a number like Ruby's `to_i`: to the integer at the beginning of the text, or to 0.
  ///
  /// A text that is an integer, and a value that is not a text, stay unchanged.
  private static func integer(_ value: JSONValue) -> JSONValue {
    guard let text = value.stringValue, Int(text) == nil else { return value }
    let digits = text.drop { $0.isWhitespace }.prefix { "0123456789".contains($0) }
    return .number(JSONNumber(Int(digits) ?? 0))
  }

  /// Converts the numbers and lists in a filter to strings, such as `[1, 2]` to `"1,2"`.
  private static func texts(_ filter: JSONObject) -> JSONObject {
    JSONObject(
      filter.map { name, value in
        let values = value.arrayValue.map(Array.init) ?? [value]
        return (name, .string(values.map { $0.stringValue ?? $0.text }.joined(separator: ",")))
      })
  }

  private static func checkData(_ params: JSONObject) throws(RequestRefusal) {
    guard let data = params["data"], data != .null else { return }
    guard data.objectValue != nil else { throw RequestRefusal(.internalError("data is not an object")) }
  }

  /// Checks the id of an `update`.
  ///
  /// - Throws: A refusal if `data.id` is missing, or if `id` differs from `data.id` in its value or its JSON type.
  private static func checkKey(_ params: JSONObject) throws(RequestRefusal) {
    try checkData(params)
    guard let data = params["data"]?.objectValue, !data.isEmpty else { return }
    guard let key = data["id"], key != .null else { throw RequestRefusal(.missingKey) }
    if let id = params["id"], id != key { throw RequestRefusal(.keyMismatch(key.stringValue ?? key.text)) }
  }
}

/// Converts the parameters of a request as the Elixir libraries Retort and Calcinator do, for the flavour `retort`.
///
/// In these libraries, `_` and `-` in names are equivalent, so the conversion replaces each `_` by `-`.
private enum RetortParamsConverter {
  static func admitted(_ params: JSONObject, to method: Method) throws(RequestRefusal) -> JSONObject {
    var params = params
    for name in ["include", "sort"] {
      if let text = params[name]?.stringValue { params[name] = .string(dashed(text)) }
    }
    for name in ["filter", "fields"] {
      if let members = params[name]?.objectValue {
        params[name] = .object(name == "filter" ? keys(members) : texts(members))
      }
    }
    if var data = params["data"]?.objectValue {
      for name in ["attributes", "relationships"] {
        if let members = data[name]?.objectValue { data[name] = .object(keys(members)) }
      }
      params["data"] = .object(data)
    }
    if method == .index, let page = params["page"]?.objectValue {
      for name in ["number", "size"] where !page.contains(name) { throw RequestRefusal(.missing(name, in: "/page")) }
    }
    return params
  }

  private static func dashed(_ text: String) -> String { String(text.map { $0 == "_" ? "-" : $0 }) }

  private static func keys(_ members: JSONObject) -> JSONObject {
    JSONObject(members.map { (dashed($0.key), $0.value) })
  }

  private static func texts(_ members: JSONObject) -> JSONObject {
    JSONObject(members.map { ($0.key, $0.value.stringValue.map { .string(dashed($0)) } ?? $0.value) })
  }
}
