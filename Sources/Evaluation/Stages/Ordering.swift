import JSONText
import Language
import Values

extension Stage {
  static let sort = Stage(
    Declaration(
      name: "sort", summary: "Orders the elements by fields; - before a field descends.",
      parameters: [.init(name: ".FIELD", shape: .path, isOptional: true, repeats: true)], result: "elements",
      examples: [.init(code: "[3, 1, 2] | sort", output: "1\n2\n3")])
  ) { call in
    var descends: [Bool] = []
    var codes: [Code] = []
    for expression in call.positional {
      if case .negate(let inner) = expression.kind {
        descends.append(true)
        codes.append(call.each(inner))
      } else {
        descends.append(false)
        codes.append(call.each(expression))
      }
    }
    let directions = codes.isEmpty ? [false] : descends
    let code = Code.of(codes) { .list($0) }
    let isPlain = codes.isEmpty
    return .gather { frame, all throws(Fault) in
      var keyed: [(keys: [Value], element: Value)] = []
      keyed.reserveCapacity(all.count)
      for element in all {
        frame.element = element
        guard !isPlain, case .list(let keys) = try await code.run(&frame) else {
          keyed.append(([element], element))
          continue
        }
        keyed.append((keys, element))
      }
      return try sorted(keyed, directions)
    }
  }

  /// Sorts stably by keys; nulls come first, and two types are an error.
  private static func sorted(
    _ keyed: [(keys: [Value], element: Value)], _ descends: [Bool]
  ) throws(Fault) -> [Value] {
    var fault: Fault?
    let order = keyed.indices.sorted { a, b in
      do throws(Fault) {
        for (index, isDescending) in descends.enumerated() {
          let (left, right) = (keyed[a].keys[index], keyed[b].keys[index])
          let order = try left.isNull || right.isNull ? nullsFirst(left, right) : Comparison.order(left, right)
          if order != 0 { return isDescending ? order > 0 : order < 0 }
        }
      } catch {
        fault = fault ?? error.within("in sort, between \(keyed[a].element.label) and \(keyed[b].element.label)")
      }
      return a < b
    }
    if let fault { throw fault }
    return order.map { keyed[$0].element }
  }

  private static func nullsFirst(_ left: Value, _ right: Value) -> Int {
    left.isNull && right.isNull ? 0 : left.isNull ? -1 : 1
  }

  static let unique = Stage(
    Declaration(
      name: "unique", summary: "Keeps the first of elements that are equal, or whose field is.",
      parameters: [.init(name: ".FIELD", shape: .path, isOptional: true)], result: "elements",
      examples: [.init(code: "[1, 2, 1.0] | unique", output: "1\n2")])
  ) { call in
    let code: Code = call.positional.isEmpty ? .sync { frame throws(Fault) in frame.element } : call.each(0)
    return .transform { frame, upstream throws(Fault) in
      var seen: Set<String> = []
      return upstream.mapping(code, frame, stage: "unique") { element, value, out throws(Fault) in
        if seen.insert(try Comparison.key(of: value)).inserted { out.append(element) }
        return true
      }
    }
  }

  static let group = Stage(
    Declaration(
      name: "group", summary: "Gathers elements with the same field into {key, count, items}.",
      parameters: [.init(name: ".FIELD", shape: .path)], result: "records",
      examples: [.init(code: "1..5 | group (it % 2) | map .count", output: "3\n2")])
  ) { call in
    let code = call.each(0)
    return .gather { frame, all throws(Fault) in
      var positions: [String: Int] = [:]
      var groups: [(key: Value, items: [Value])] = []
      for element in all {
        frame.element = element
        let key = try await code.run(&frame)
        let text = try Comparison.key(of: key)
        if let position = positions[text] {
          groups[position].items.append(element)
        } else {
          positions[text] = groups.count
          groups.append((key, [element]))
        }
      }
      return groups.map { group in
        .record(
          Record([
            ("key", group.key), ("count", .number(JSONNumber(group.items.count))), ("items", .list(group.items)),
          ]))
      }
    }
  }

  static let collect = Stage(
    Declaration(
      name: "collect",
      summary: "Reads all elements before one flows on, and closes the stream; over 64 MB go to a temporary file.",
      result: "list",
      examples: [.init(code: "1..3 | collect | count", output: "3")])
  ) { _ in .collect }
}
