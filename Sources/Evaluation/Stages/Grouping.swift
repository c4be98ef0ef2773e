import Formats
import JSONText
import Language
import Values

extension BuiltInStage {
  static let group = BuiltInStage(
    CommandDeclaration(
      name: "group",
      summary: """
        Puts elements with the same value of .FIELD into one group. Returns a record {key, count, items} for each \
        group. In this record, the value of key is the common value of the group. The value of count is the number of \
        elements, and the value of items is the list of elements. With several fields, the value of key is a record of \
        the common values. In place of .FIELD, you can write an expression: group lower(.email).
        """,
      parameters: [.init(name: ".FIELD", shape: .path, repeats: true)], result: "records",
      examples: [.init(code: "1..5 | group (it % 2) | map .count", output: "3\n2")], names: .read)
  ) { call in
    let code = call.groupKey()
    return .gather { frame, stream throws(Fault) in
      var groups = GroupedElements()
      while let page = try await stream.page() {
        try SizeLimits.check(elements: groups.elements.count + page.elements.count)
        for (index, element) in page.elements.enumerated() {
          frame.take(page, index)
          do throws(Fault) { try groups.add(element, key: await code.run(&frame)) } catch {
            throw error.within("in the stage `group`, at the element \(element.label)")
          }
        }
      }
      return ElementStream(groups.records)
    }
  }

  static let indexBy = BuiltInStage(
    CommandDeclaration(
      name: "index-by",
      summary: """
        Returns one record. The record maps each value of .FIELD to the element that has this value. The values must be \
        strings or integers.
        """,
      parameters: [.init(name: ".FIELD", shape: .path)],
      options: [
        .init(
          name: "keep", shape: .string,
          summary: """
            which element to keep if several elements have the same value of .FIELD: "first" or "last". Without this \
            option, a repeated value is an error
            """,
          words: ["first", "last"])
      ], result: "record",
      examples: [
        .init(
          code: #"let by-name = [{name: "Ann", n: 1}, {name: "Bo", n: 2}] | index-by .name"# + "\nby-name[\"Bo\"].n",
          output: "2")
      ], names: .read)
  ) { call in
    let (code, text) = (call.key(0), call.operandText)
    let keep = call.option("keep").map { keep in call.compiler.withElement(false) { call.compiler.code(keep) } }
    return .reduce { frame, stream throws(Fault) in
      var index = KeyedElements(keep: try KeyedElements.DuplicateRule(await keep?.run(&frame)), text)
      while let page = try await stream.page() {
        for (position, element) in page.elements.enumerated() {
          frame.take(page, position)
          do throws(Fault) { try index.add(element, key: await code.run(&frame)) } catch {
            throw error.within("in the stage `index-by`, at the element \(element.label)")
          }
        }
      }
      return .record(Record(index.fields))
    }
  }
}

/// Groups of elements with equal keys; the groups are in the order of their first elements.
private struct GroupedElements {
  private(set) var elements = PackedElements()
  private var positions: [EqualityKey: Int] = [:]
  private var groups: [(key: Value, members: [Int32], levels: Int)] = []

  mutating func add(_ element: Value, key: Value) throws(Fault) {
    let place = Int32(elements.count)
    elements.append(element)
    let own = try Comparison.key(of: key)
    if let position = positions[own] {
      groups[position].levels = max(groups[position].levels, element.nestedLevels + 2)
      return groups[position].members.append(place)
    }
    positions[own] = groups.count
    groups.append((key, [place], max(element.nestedLevels + 2, key.nestedLevels + 1)))
  }

  /// The result of the stage `group`: one record `{key, count, items}` for each group.
  ///
  /// The record decodes the elements of its group only when a statement reads `items`.
  var records: [Value] {
    let elements = elements
    return groups.map { key, members, levels in
      .record(
        Record(names: ["key", "count", "items"], levels: levels) { place in
          switch place {
          case 0: key
          case 1: .number(JSONNumber(members.count))
          default: .list(elements.elements(at: members))
          }
        })
    }
  }
}

/// The elements that the stage `index-by` has read, by their keys.
private struct KeyedElements {
  /// The rule for two elements with the same key: keep the first, keep the last, or raise an error (`neither`).
  enum DuplicateRule: String {
    case neither, first, last

    init(_ value: Value?) throws(Fault) {
      switch value {
      case nil: self = .neither
      case .string("first"): self = .first
      case .string("last"): self = .last
      case let value?:
        throw Fault(
          .value, "the option keep: must be \"first\" or \"last\"",
          nextStep: Compiler.wordStep("keep", value.label, ["first", "last"]))
      }
    }
  }

  let keep: DuplicateRule
  private(set) var fields: [Record.Field] = []
  private var positions: [CodePointComparedString: Int] = [:]

  /// The source text of the key, such as `.email`.
  private let text: String

  init(keep: DuplicateRule, _ text: String) { (self.keep, self.text) = (keep, text) }

  mutating func add(_ element: Value, key: Value) throws(Fault) {
    let name = try ValueAccess.key(
      key, "index-by",
      nextStep: key.isNull
        ? "to omit the elements with null: | where \(text) != null" : "to use several fields as the key: json([.a, .b])"
    )
    guard let position = positions[CodePointComparedString(name)] else {
      positions[CodePointComparedString(name)] = fields.count
      fields.append((name, element))
      return
    }
    switch keep {
    case .first: return
    case .last: fields[position].value = element
    case .neither:
      throw Fault(
        .value,
        "two elements have the key \(Value.string(name).quoted); the first one is \(fields[position].value.label)",
        nextStep: "keep one with keep: \"first\" or keep: \"last\"; or group the elements: | group \(text)")
    }
  }
}

extension Value {
  fileprivate var quoted: String { (try? json().text) ?? label }
}

extension UncompiledStageCall {
  /// Compiles the key of the stage `group`, which has one or several arguments.
  ///
  /// With one argument, the key is the argument's value. With several fields, the key is a record of the fields'
  /// values.
  fileprivate func groupKey() -> CompiledExpression {
    positional.count == 1 ? key(0) : selection()
  }
}
