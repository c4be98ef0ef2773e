import Client
import JSONAPI
import JSONText
import Language
import Values

extension Fault {
  /// Creates the error of a client's call.
  ///
  /// The printed error shows the statement, with `^` characters under the parts that caused the error.
  convenience init(_ error: ClientError, _ arguments: Arguments, record: Int? = nil) {
    var marks: [MarkedSourceRange] = []
    var left: [String] = []
    for detail in error.errors {
      if let target = arguments.target(of: detail, record: record) {
        let isOnly = error.errors.count == 1
        let text = isOnly && detail.pointer == nil ? nil : Self.label(of: detail, isOnly: isOnly)
        let steps = target.rest.isEmpty ? nil : target.rest.joined(separator: ".")
        marks.append(
          MarkedSourceRange(target.range, steps.map { steps in text.map { "\(steps): \($0)" } ?? steps } ?? text))
      } else if let place = detail.pointer ?? detail.parameter, !place.isEmpty {
        left.append(error.errors.count > 1 ? "\(place): \(detail.text)" : "the service reports an error at \(place)")
      } else if error.errors.count > 1 {
        left.append(detail.text)
      }
    }
    marks = Self.joined(marks)
    let gone = arguments.makingAgain(error)
    if gone != nil { marks = [MarkedSourceRange(arguments.range(0))] }
    if marks.isEmpty, error.kind == .value, arguments.isRelating { marks = [MarkedSourceRange(arguments.range(3))] }
    let isUnknownCall = error.kind == .methodNotFound && arguments.name == "call"
    let fault = Fault(
      Kind(error.kind.rawValue), Self.message(error, arguments.name),
      at: marks.isEmpty ? [MarkedSourceRange(arguments.range)] : marks,
      in: arguments.source,
      nextStep: isUnknownCall
        ? "check the spelling of the method"
        : gone ?? arguments.linkage(meantBy: error) ?? arguments.meant(by: error)
          ?? arguments.namingClient(arguments.spelled(error))
          ?? arguments.known(for: error) ?? Self.wholeReplyStep(error)
    ).with(errors: error.errors.map { .object($0.object) })
    self.init(copy: (Self.first(of: left) + error.facts).reduce(fault) { $0.within($1) })
  }

  /// Returns the text that the error shows beside the `^` characters; nil if no text is needed.
  ///
  /// The function cuts a text of more than 200 characters. But if the error has only one detail, the function returns
  /// nil for such a text, because the message already contains the text.
  private static func label(of detail: ErrorDetail, isOnly: Bool) -> String? {
    guard let label = detail.label, case let start = label.prefix(200), start.endIndex < label.endIndex else {
      return detail.label
    }
    return isOnly ? nil : "\(start)..."
  }

  /// Returns the advice for an error whose texts are too long or too many to be shown; nil for other errors.
  private static func wholeReplyStep(_ error: ClientError) -> String? {
    let hasLongLabel = error.errors.count > 1 && error.errors.contains { $0.label?.utf8.count ?? 0 > 200 }
    let isCut = error.message.utf8.count > 2_000 || error.errors.count > 20 || hasLongLabel
    return isCut ? "--trace=rpc shows the whole reply" : nil
  }

  /// Returns the first 20 sentences.
  ///
  /// If there are more sentences, the function adds a sentence such as `and 7 more errors`.
  private static func first(of sentences: [String]) -> [String] {
    let limit = 20
    guard sentences.count > limit else { return sentences }
    return sentences.prefix(limit) + ["and \(sentences.count - limit) more errors"]
  }

  /// Returns the marks in the order of the statement's text.
  ///
  /// Marks with the same source range become one mark, which contains their first 20 texts.
  private static func joined(_ marks: [MarkedSourceRange]) -> [MarkedSourceRange] {
    var (joined, labels): ([MarkedSourceRange], [[String]]) = ([], [])
    for mark in marks.enumerated().sorted(by: {
      ($0.element.range.lower, $0.element.range.upper, $0.offset)
        < ($1.element.range.lower, $1.element.range.upper, $1.offset)
    })
    .map(\.element) {
      if joined.last?.range != mark.range {
        joined.append(mark)
        labels.append([])
      }
      if let label = mark.label { labels[labels.count - 1].append(label) }
    }
    for (place, texts) in labels.enumerated() where texts.count > 1 {
      joined[place].label = first(of: texts).joined(separator: "; ")
    }
    return joined
  }

  /// Returns the message of an error.
  ///
  /// The message names the statement's command, and not the method of the request. For example, the commands `count`
  /// and `stream` both send the method `index`.
  private static func message(_ error: ClientError, _ verb: String) -> String {
    guard let call = error.call, verb != "call" else { return error.message }
    let sent = "\(call.label) \(call.method): "
    guard error.message.hasPrefix(sent) else { return error.message }
    return "\(call.label) \(verb): \(error.message.dropFirst(sent.count))"
  }
}

extension Arguments {
  /// The part of the statement that caused a service's error, and the rest of the error's path.
  ///
  /// If the cause is inside a computed value, `range` covers the whole value, and `rest` is the path inside the value.
  /// For example, `range` covers `r` in `create posts r`, and `rest` is `["text"]`. Otherwise `rest` is empty.
  typealias CaretTarget = (range: SourceRange, rest: ArraySlice<String>)

  /// Returns the source range that caused a service's error; nil if the range is unknown.
  ///
  /// The function uses the pointer or the parameter in the JSON:API error object (`source.pointer`,
  /// `source.parameter`). If the object contains neither, the function uses the error's code or text.
  fileprivate func target(of detail: ErrorDetail, record: Int?) -> CaretTarget? {
    let steps: [String]
    if let pointer = detail.pointer {
      steps = Self.steps(of: pointer)
      if let record, let path = path(of: steps, in: record) { return target(record, path) }
    } else if let parameter = detail.parameter {
      steps = parameter.split { ".[]".contains($0) }.map(String.init)
    } else {
      return isRelating
        ? relationshipTarget(of: detail)
        : detail.status == 404 && takesID ? (range(1), []) : clientTarget(of: detail) ?? mentionedTarget(of: detail)
    }
    guard let first = steps.first else { return nil }
    if name == "call" { return target(2, steps) }
    if let option = options[first] { return option.target(at: Array(steps.dropFirst())) }
    switch (first, steps.dropFirst().first) {
    case ("id", nil) where takesID, ("data", "id"?) where takesID: return (range(1), [])
    case ("filter", _) where name == "upsert": return options["key"].map { ($0.range, []) }
    case ("relationship", nil) where isRelating: return (range(2), [])
    case ("data", "type"?) where steps.count == 2 && !isRelating: return (range(0), [])
    case ("data", "relationships"?) where isRelating:
      return target(3, Array(steps.dropFirst(steps.dropFirst(3).first == "data" ? 4 : 3)))
    case ("data", _) where isRelating: return target(3, Array(steps.dropFirst()))
    case ("data", "attributes"?) where name == "transition": return options["to"].map { ($0.range, []) }
    case ("data", nil): return record.map { (range($0), []) }
    default: return nil
    }
  }

  /// Returns the source range for an error without a pointer, in a statement about a relationship.
  ///
  /// A service with the Ruby library jsonapi-resources names the cause of these errors only in the text of the error.
  private func relationshipTarget(of detail: ErrorDetail) -> CaretTarget? {
    let text = detail.detail ?? ""
    func isNamed(_ id: String) -> Bool { text.split { " ,".contains($0) }.contains { $0 == id } }
    let linked = positional.count > 3 ? positional[3].value.identifiers : []
    switch detail.code {
    case _ where detail.status == 404, "103", "113":
      if detail.code != "113", linked.isEmpty || isNamed(value(1).idText ?? "") { return (range(1), []) }
      return target(3, linked.first { isNamed($0.id) }?.path ?? [])
    case "105": return (range(2), [])
    case "115", "116": return target(3, [])
    default: return clientTarget(of: detail)
    }
  }

  /// Returns the source range of the client argument if the client has the wrong type for the call; otherwise nil.
  private func clientTarget(of detail: ErrorDetail) -> CaretTarget? {
    let isParent = detail.code == "106" && detail.detail?.hasSuffix("_id, is missing.") == true
    return isParent || detail.code == "101" && name != "call" && options["fields"] == nil ? (range(0), []) : nil
  }

  /// Returns the source range of a name that the text of an error mentions; nil if the call has no such name.
  ///
  /// The range is the name in a literal record, or the value of the option that contains the name.
  private func mentionedTarget(of detail: ErrorDetail) -> CaretTarget? {
    for name in names(detail) {
      if name.place == "record" {
        for argument in positional.dropFirst() {
          if let key = argument.expression?.key(name.text) { return (key, []) }
        }
      } else if let option = options[name.place] {
        return option.target(at: name.type.map { [$0] } ?? (name.place == "filter" ? [name.text] : []))
      }
    }
    return nil
  }

  /// Returns the source range of a part of the argument at `index`; nil if the call does not have the argument.
  func target(_ index: Int, _ path: [String]) -> CaretTarget? {
    index < positional.count ? positional[index].target(at: path) : nil
  }

  var isRelating: Bool { ["link", "relink", "unlink", "relationship", "related"].contains(name) }
  private var takesID: Bool { isRelating || ["show", "update", "destroy", "transition"].contains(name) }

  /// Returns the path in a record for a JSON pointer into the request's document; nil if the record has no such field.
  ///
  /// For example, `/data/attributes/text` gives `["text"]` for the record `{text: ""}`.
  ///
  /// The pointer can lead to a part of a field. The function also finds a field that the pointer spells with `-`
  /// instead of `_`, or the reverse. It also finds a relationship that the pointer names as an attribute.
  private func path(of steps: [String], in record: Int) -> [String]? {
    guard steps.count > 1, steps[0] == "data", ["attributes", "relationships"].contains(steps[1]),
      record < positional.count
    else { return nil }
    guard steps.count > 2 else { return [] }
    let rest = Array(steps.dropFirst(steps[1] == "relationships" && steps.dropFirst(3).first == "data" ? 4 : 3))
    for members in [[steps[1]], ["attributes"], ["relationships"], []] {
      guard let names = positional[record].value.names(in: members),
        let name = names.first(where: { $0 == steps[2] }) ?? names.first(where: { $0.dashed == steps[2].dashed })
      else { continue }
      return members + [name] + rest
    }
    return nil
  }

  private static func steps(of pointer: String) -> [String] { pointer.split(separator: "/").map(unescaped) }

  /// Returns a step of a JSON pointer without escapes: `a/b` for `a~1b` (RFC 6901, section 4).
  private static func unescaped(_ step: Substring) -> String {
    String(step).replacing("~1", with: "/").replacing("~0", with: "~")
  }
}

extension Arguments.Argument {
  /// Returns the source range of a part of a literal record or list.
  ///
  /// For example, the path `["text"]` leads to `""` in the record `{text: ""}`. In names, `_` and `-` count as equal.
  ///
  /// If the path leads into an expression that is not a literal, the function returns the expression's range, and the
  /// rest of the path.
  func target(at path: [String]) -> Arguments.CaretTarget? {
    guard var expression else { return nil }
    for (index, key) in path.enumerated() {
      guard let part = expression.part(key) else { return (expression.range, path[index...]) }
      expression = part
    }
    return (expression.range, [])
  }
}

extension Value {
  /// The id that a command reads from this value; nil if the value has no id.
  fileprivate var idText: String? {
    switch self {
    case .string(let text): text
    case .number(let number): number.text
    case .resource(let resource): resource.id
    case .record(let record): record["id"]?.idText
    default: nil
    }
  }

  /// The ids in this linkage, each with its path: `["0"]` for the first element of a list.
  fileprivate var identifiers: [(id: String, path: [String])] {
    guard case .list(let elements) = self else { return idText.map { [($0, [])] } ?? [] }
    return elements.enumerated().compactMap { index, element in element.idText.map { ($0, ["\(index)"]) } }
  }

  /// Returns the names of the fields in a record, or in a member such as `attributes`; nil for other values.
  ///
  /// `members` contains the name of the member, or is empty for the record itself.
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
  /// Returns the source range of a key in a literal record; nil for another expression or a missing key.
  fileprivate func key(_ name: String) -> SourceRange? {
    guard case .record(let entries) = kind else { return nil }
    return entries.first { $0.name == name }.map { source in
      SourceRange(source.keyRange.lower, source.keyRange.lower + max(1, name.utf8.count))
    }
  }

  /// Returns the expression at a key of a literal record, or at an index of a literal list.
  ///
  /// Returns nil if the record lacks the key, if the list lacks the index, and for any other expression.
  fileprivate func part(_ key: String) -> Expr? {
    switch kind {
    case .record(let entries):
      let entry = entries.first { $0.name == key } ?? entries.first { $0.name?.dashed == key.dashed }
      return entry?.value
    case .list(let elements): return Int(digits: key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
    default: return nil
    }
  }
}

extension String {
  fileprivate var dashed: String { String(map { $0 == "_" ? "-" : $0 }) }
}

extension Arguments {
  /// Returns the advice of an error, in which the client's variable replaces the client's type.
  ///
  /// For example, the advice `relink posts 4 ...` becomes `relink p 4 ...` if the statement uses the variable `p`.
  fileprivate func spelled(_ error: ClientError) -> String? {
    guard let type = error.call?.label, case .name(let name)? = positional.first?.expression?.kind else {
      return error.nextStep
    }
    return error.nextStep?.replacing(each: "relink \(type) ", with: "relink \(name) ")
  }
}

extension Arguments {
  /// Returns advice in which the client's variable replaces the client's type after `relink`.
  ///
  /// For example, `relink posts 4 ...` becomes `relink p 4 ...` if the client is in the variable `p`.
  func namingClient(_ step: String?) -> String? {
    guard isRelating, case .client(let client) = value(0), case let name = source.text(range(0)), name.isName else {
      return step
    }
    return step?.replacing("relink \(client.client.type) ", with: "relink \(name) ")
  }

  /// Returns the advice to create a stopped client again, such as `let posts = client ...`; nil for other errors.
  ///
  /// If other connections are open, the advice names the client's connection with the option `on:`.
  fileprivate func makingAgain(_ error: ClientError) -> String? {
    guard error.kind == .connection, !error.wasSent, let step = error.nextStep, !positional.isEmpty,
      step.contains("make a new client: client "), case let name = source.text(range(0)), name.isName
    else { return nil }
    let advice = step.replacing("make a new client: client ", with: "make a new client: let \(name) = client ")
    guard case .client(let client) = value(0), client.hasOtherConnections() else { return advice }
    return advice + " on: (\(client.connection.statement))"
  }
}
