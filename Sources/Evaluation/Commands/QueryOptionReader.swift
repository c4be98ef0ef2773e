import JSONAPI
import JSONText
import Values

/// Reads the options of a query, such as `filter:` and `page:`.
///
/// The check before the run calls the same functions for literal values.
enum QueryOptionReader {
  /// Returns the names and values of a filter, each value as the text that the request contains.
  ///
  /// - Throws: An error for a value that a server would ignore or misread, such as null or a text with a comma.
  static func filter(_ value: Value, _ command: String) throws(OptionValueRefusal) -> [(name: String, value: String)] {
    guard case .record(let record) = value else { throw misfit("filter", value, "a record", command) }
    var result: [(name: String, value: String)] = []
    for field in record.fields {
      let text: String
      if case .list(let elements) = field.value {
        if elements.isEmpty { throw emptyFilter(field.name, "an empty list") }
        var parts: [String] = []
        for element in elements { parts.append(try filterText(element, field.name)) }
        text = parts.joined(separator: ",")
      } else {
        text = try filterText(field.value, field.name)
      }
      result.append((field.name, text))
    }
    return result
  }

  private static func filterText(_ value: Value, _ name: String) throws(OptionValueRefusal) -> String {
    let text: String
    switch value {
    case .string(let string): text = string
    case .number(let number): text = number.text
    case .time(let time): text = time.text
    case .bool(let value): text = value ? "true" : "false"
    case .resource(let resource): text = resource.id ?? ""
    case .null: throw emptyFilter(name, "null")
    default:
      throw OptionValueRefusal(
        "the filter \(name) is \(value.typeWithArticle)", at: [name],
        nextStep: "a filter's value must be a string, a number, a boolean, or a list of those")
    }
    if text.isEmpty { throw emptyFilter(name, "\"\"") }
    if text.holds(",") {
      throw OptionValueRefusal(
        "the value of the filter \(name) contains a comma, and a server would read two values", at: [name],
        nextStep: "write several values as a list: {\(name): \(list(text))}; for one value with a comma, write "
          + "| where .\(name) == \(JSONValue.string(text).text)")
    }
    return text
  }

  /// Converts a comma-separated text to the source text of a list: `["a", "b"]` for `a,b`.
  private static func list(_ text: String) -> String {
    JSONValue.array(JSONArray(text.split(separator: ",").map { .string(String($0).trimmed) })).text
  }

  private static func emptyFilter(_ name: String, _ what: String) -> OptionValueRefusal {
    OptionValueRefusal(
      "the filter \(name) is \(what): a server can ignore such a filter", at: [name],
      nextStep: "remove the filter to match all resources, or give the filter a value")
  }

  /// Returns the fields to read for each JSON:API type; a nil type means the client's type.
  static func fields(_ value: Value, _ command: String) throws(OptionValueRefusal) -> [(type: String?, names: [String])]
  {
    if let names = value.strings {
      guard !names.isEmpty, !names.contains("") else {
        throw OptionValueRefusal("the option fields: is empty", nextStep: "remove the option, or give it a value")
      }
      return [(nil, names)]
    }
    guard case .record(let record) = value else {
      throw misfit("fields", value, "a string, a list or a record", command)
    }
    var result: [(type: String?, names: [String])] = []
    for field in record.fields {
      guard let names = field.value.strings, !names.isEmpty else {
        throw OptionValueRefusal(
          "\(field.name) in the option fields: must be a string or a list of strings", at: [field.name],
          nextStep: "fields: {\(field.name): \"text\"}")
      }
      result.append((field.name, names))
    }
    return result
  }

  /// Returns the page of a list that the option `page:` describes, such as `{number: 1, size: 100}`.
  static func page(_ value: Value, _ command: String) throws(OptionValueRefusal) -> Pagination.Page {
    guard case .record(let record) = value else { throw misfit("page", value, "a record", command) }
    let isOffset = record["offset"] != nil || record["limit"] != nil
    let (place, extent) = isOffset ? ("offset", "limit") : ("number", "size")
    for name in record.names where name != place && name != extent {
      throw OptionValueRefusal(
        "the option page: does not take \(name)\(isOffset ? " together with offset and limit" : "")",
        nextStep: isOffset ? "{offset: 0, limit: 100}" : "{number: 1, size: 100}")
    }
    func integer(_ name: String, from least: Int, or fallback: Int?) throws(OptionValueRefusal) -> Int {
      if record[name] == nil {
        if let fallback { return fallback }
        let beside =
          record[place].map { "\(place): \($0.isPlace(from: isOffset ? 0 : 1) ? $0.label : isOffset ? "0" : "1"), " }
          ?? ""
        throw OptionValueRefusal("the option page: needs \(name)", nextStep: "{\(beside)\(name): 100}")
      }
      guard case .number(let number)? = record[name], let integer = number.integer, integer >= least else {
        var (has, meant) = (record[name]?.label ?? "null", [place: isOffset ? "0" : "1", extent: "100"])
        if case .string(let text)? = record[name] {
          has = text.quoted
          if let count = JSONNumber(text: text)?.integer, count >= least { meant[name] = text }
        }
        for case let (other, value?) in [(place, record[place]), (extent, record[extent])] where other != name {
          if value.isPlace(from: 1) { meant[other] = value.label }
        }
        throw OptionValueRefusal(
          "\(name) in the option page: must be an integer of at least \(least) with at most 18 digits, not \(has)",
          nextStep: "{\(place): \(meant[place] ?? "1"), \(extent): \(meant[extent] ?? "100")}")
      }
      return integer
    }
    let size = try integer(extent, from: 1, or: nil)
    if isOffset { return Pagination.Page(offset: try integer(place, from: 0, or: 0), limit: size) }
    return Pagination.Page(number: try integer(place, from: 1, or: 1), size: size)
  }

  private static func misfit(_ option: String, _ value: Value, _ wanted: String, _ command: String)
    -> OptionValueRefusal
  {
    OptionValueRefusal(
      "the option \(option): of \(command) needs \(wanted), not \(value.typeWithArticle)",
      nextStep: "remove the option, or give it \(wanted)")
  }
}

extension OptionValueRule {
  static let filter = OptionValueRule { value, command throws(OptionValueRefusal) in
    _ = try QueryOptionReader.filter(value, command)
  }
  static let fields = OptionValueRule { value, command throws(OptionValueRefusal) in
    _ = try QueryOptionReader.fields(value, command)
  }
  static let page = OptionValueRule { value, command throws(OptionValueRefusal) in
    _ = try QueryOptionReader.page(value, command)
  }
}

extension Value {
  /// Whether the value is a valid page number or page offset: an integer of at least `least`.
  fileprivate func isPlace(from least: Int) -> Bool {
    if case .number(let number) = self, let integer = number.integer { integer >= least } else { false }
  }
}
