import Client
import JSONAPI
import JSONText
import Language
import Values

extension Fault {
  /// The error of a client's call, with carets under the words that caused it.
  convenience init(_ error: ClientError, _ arguments: Arguments, record: Int? = nil) {
    var marks: [Mark] = []
    var left: [String] = []
    for detail in error.errors {
      if let words = arguments.words(of: detail, record: record) {
        let text = error.errors.count > 1 || detail.pointer != nil ? detail.label : nil
        let way = words.rest.isEmpty ? nil : words.rest.joined(separator: ".")
        marks.append(Mark(words.range, way.map { way in text.map { "\(way): \($0)" } ?? way } ?? text))
      } else if let place = detail.pointer ?? detail.parameter, !place.isEmpty {
        left.append(error.errors.count > 1 ? "\(place): \(detail.text)" : "the service points to \(place)")
      } else if error.errors.count > 1 {
        left.append(detail.text)
      }
    }
    marks = Self.joined(marks)
    let isUnknownCall = error.kind == .methodNotFound && arguments.name == "call"
    self.init(
      Kind(error.kind.rawValue), Self.message(error, arguments.name),
      at: marks.isEmpty ? [Mark(arguments.range)] : marks,
      in: arguments.source,
      nextStep: isUnknownCall ? "is the method spelled right?" : error.nextStep ?? arguments.meant(by: error),
      errors: error.errors.map { .object($0.object) }, trail: Self.first(of: left) + error.facts)
  }

  /// The first of many sentences, and how many are left out.
  private static func first(of sentences: [String]) -> [String] {
    let limit = 20
    guard sentences.count > limit else { return sentences }
    return sentences.prefix(limit) + ["and \(sentences.count - limit) more errors"]
  }

  /// The marks in the order of the text, those of the same words as one.
  private static func joined(_ marks: [Mark]) -> [Mark] {
    var joined: [Mark] = []
    for mark in marks.enumerated().sorted(by: {
      ($0.element.range.lower, $0.offset) < ($1.element.range.lower, $1.offset)
    })
    .map(\.element) {
      guard let same = joined.firstIndex(where: { $0.range == mark.range }) else {
        joined.append(mark)
        continue
      }
      joined[same].label = [joined[same].label, mark.label].compactMap(\.self).joined(separator: "; ")
    }
    return joined
  }

  /// The message, which names the verb that was written: `count` and `stream` send `index`.
  private static func message(_ error: ClientError, _ verb: String) -> String {
    guard let call = error.call, verb != "call" else { return error.message }
    let sent = "\(call.label) \(call.method): "
    guard error.message.hasPrefix(sent) else { return error.message }
    return "\(call.label) \(verb): \(error.message.dropFirst(sent.count))"
  }
}

extension Arguments {
  /// Words of a statement, and the rest of the way from them, where they are no record or list that is written out.
  typealias CaretTarget = (range: SourceRange, rest: ArraySlice<String>)

  /// The words that a service's error is about, by its pointer into the request or the parameter it names.
  fileprivate func words(of detail: ErrorDetail, record: Int?) -> CaretTarget? {
    let way: [String]
    if let pointer = detail.pointer {
      way = Self.steps(of: pointer)
      if let record, let path = path(of: way, in: record) { return words(record, path) }
    } else if let parameter = detail.parameter {
      way = parameter.split { ".[]".contains($0) }.map(String.init)
    } else {
      return isRelating
        ? relatingWords(of: detail) : detail.status == 404 && takesID ? (range(1), []) : clientWords(of: detail)
    }
    guard let first = way.first else { return nil }
    if name == "call" { return words(2, way) }
    if let option = options[first] { return option.words(at: Array(way.dropFirst())) }
    switch (first, way.dropFirst().first) {
    case ("id", nil) where takesID, ("data", "id"?) where takesID: return (range(1), [])
    case ("filter", _) where name == "upsert": return options["key"].map { ($0.range, []) }
    case ("relationship", nil) where isRelating: return (range(2), [])
    case ("data", "type"?) where way.count == 2 && !isRelating: return (range(0), [])
    case ("data", "relationships"?) where isRelating:
      return words(3, Array(way.dropFirst(way.dropFirst(3).first == "data" ? 4 : 3)))
    case ("data", _) where isRelating: return words(3, Array(way.dropFirst()))
    case ("data", "attributes"?) where name == "transition": return options["to"].map { ($0.range, []) }
    case ("data", nil): return record.map { (range($0), []) }
    default: return nil
    }
  }

  /// The words of a statement on a relationship that an error without a place is about: jsonapi-resources names in its
  /// text what it means.
  private func relatingWords(of detail: ErrorDetail) -> CaretTarget? {
    let text = detail.detail ?? ""
    func isNamed(_ id: String) -> Bool { text.split { " ,".contains($0) }.contains { $0 == id } }
    let linked = positional.count > 3 ? positional[3].value.identifiers : []
    switch detail.code {
    case _ where detail.status == 404, "103", "113":
      if detail.code != "113", linked.isEmpty || isNamed(value(1).idText ?? "") { return (range(1), []) }
      return words(3, linked.first { isNamed($0.id) }?.path ?? [])
    case "105": return (range(2), [])
    case "115", "116": return words(3, [])
    default: return clientWords(of: detail)
    }
  }

  /// The words of the client, where an error says that it was made for another type.
  private func clientWords(of detail: ErrorDetail) -> CaretTarget? {
    let isParent = detail.code == "106" && detail.detail?.hasSuffix("_id, is missing.") == true
    return isParent || detail.code == "101" && name != "call" && options["fields"] == nil ? (range(0), []) : nil
  }

  /// The words of a part of an argument.
  func words(_ index: Int, _ path: [String]) -> CaretTarget? {
    index < positional.count ? positional[index].words(at: path) : nil
  }

  private var isRelating: Bool { ["link", "relink", "unlink", "relationship", "related"].contains(name) }
  private var takesID: Bool { isRelating || ["show", "update", "destroy", "transition"].contains(name) }

  /// The way in a record to what its document has in a place: `/data/attributes/text` is `text`.
  ///
  /// A pointer may lead into a field, name it with dashes or underscores, and take a relationship for an attribute.
  private func path(of way: [String], in record: Int) -> [String]? {
    guard way.count > 1, way[0] == "data", ["attributes", "relationships"].contains(way[1]), record < positional.count
    else { return nil }
    guard way.count > 2 else { return [] }
    let rest = Array(way.dropFirst(way[1] == "relationships" && way.dropFirst(3).first == "data" ? 4 : 3))
    for members in [[way[1]], ["attributes"], ["relationships"], []] {
      guard let names = positional[record].value.names(in: members),
        let name = names.first(where: { $0 == way[2] }) ?? names.first(where: { $0.dashed == way[2].dashed })
      else { continue }
      return members + [name] + rest
    }
    return nil
  }

  private static func steps(of pointer: String) -> [String] { pointer.split(separator: "/").map(unescaped) }

  /// A step as it was before it was written in a pointer (RFC 6901, section 4).
  private static func unescaped(_ step: Substring) -> String {
    String(step).replacing("~1", with: "/").replacing("~0", with: "~")
  }
}

extension Arguments.Argument {
  /// The words of a part of a record or a list that is written out: `["text"]` in `{text: ""}` is `""`.
  ///
  /// Where a part of the way is none that is written out, the words are those it comes from, and the rest of the way
  /// goes with them. A name may be written with `_` for `-`.
  func words(at path: [String]) -> Arguments.CaretTarget? {
    guard var expression else { return nil }
    for (index, key) in path.enumerated() {
      guard let part = expression.part(key) else { return (expression.range, path[index...]) }
      expression = part
    }
    return (expression.range, [])
  }
}

extension Value {
  /// The id that it stands for as the argument of a verb; nil where it is none.
  fileprivate var idText: String? {
    switch self {
    case .string(let text): text
    case .number(let number): number.text
    case .resource(let resource): resource.id
    case .record(let record): record["id"]?.idText
    default: nil
    }
  }

  /// The ids of linkage, each with the way to its words.
  fileprivate var identifiers: [(id: String, path: [String])] {
    guard case .list(let elements) = self else { return idText.map { [($0, [])] } ?? [] }
    return elements.enumerated().compactMap { index, element in element.idText.map { ($0, ["\(index)"]) } }
  }

  /// The names of a record's fields, or of those of a member of a resource object; nil where it is none.
  fileprivate func names(in members: [String]) -> [String]? {
    switch self {
    case .record(let record):
      guard let member = members.first else { return record.names }
      return record[member]?.names(in: [])
    case .resource(let resource): return members.first.flatMap { resource.object[$0]?.objectValue?.keys }
    default: return nil
    }
  }
}

extension Expr {
  /// The expression of a record's field or a list's element.
  fileprivate func part(_ key: String) -> Expr? {
    switch kind {
    case .record(let entries):
      let entry = entries.first { $0.name == key } ?? entries.first { $0.name?.dashed == key.dashed }
      return entry?.value
    case .list(let elements): return Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
    default: return nil
    }
  }
}

extension String {
  fileprivate var dashed: String { String(map { $0 == "_" ? "-" : $0 }) }
}
