import Formats
import JSONText
import Language
import Values

extension BuiltInStage {
  static let sort = BuiltInStage(
    CommandDeclaration(
      name: "sort",
      summary: """
        Sorts the elements by value or by fields. A minus sign means descending order: sort -.views. In place of a \
        field, you can write an expression: sort -length(.text).
        """,
      parameters: [.init(name: ".FIELD", shape: .path, isOptional: true, repeats: true)], result: "elements",
      examples: [.init(code: "[3, 1, 2] | sort", output: "1\n2\n3")], names: .read)
  ) { call in
    var descends: [Bool] = []
    var codes: [CompiledExpression] = []
    for expression in call.positional {
      if case .negate(let inner) = expression.kind {
        descends.append(true)
        codes.append(call.key(inner, isDescending: true))
      } else {
        descends.append(false)
        codes.append(call.key(expression))
      }
    }
    let keys: [CompiledExpression] = codes.isEmpty ? [.sync { frame throws(Fault) in frame.element }] : codes
    let directions = codes.isEmpty ? [false] : descends
    return .gather { frame, stream throws(Fault) in
      var sorted = ElementsWithSortKeys(descends: directions)
      while let page = try await stream.page() {
        try SizeLimits.check(elements: sorted.elements.count + page.elements.count)
        for (index, element) in page.elements.enumerated() {
          frame.take(page, index)
          do throws(Fault) {
            for (column, key) in keys.enumerated() {
              if let key = key.immediate {
                sorted.add(key: try key(&frame), column)
              } else {
                sorted.add(key: try await key.run(&frame), column)
              }
            }
          } catch { throw error.within("in the stage `sort`, at the element \(element.label)") }
          sorted.elements.append(element)
        }
      }
      return sorted.elements.stream(in: try sorted.order())
    }
  }

  static let unique = BuiltInStage(
    CommandDeclaration(
      name: "unique",
      summary: """
        Keeps only the first of several equal elements. With .FIELD, elements with the same value of .FIELD count as \
        equal. In place of .FIELD, you can write an expression: unique lower(.email). Two resources are equal if they \
        have the same type and id. To compare their contents, write unique json(it).
        """,
      parameters: [.init(name: ".FIELD", shape: .path, isOptional: true)], result: "elements",
      examples: [.init(code: "[1, 2, 1.0] | unique", output: "1\n2")], names: .kept)
  ) { call in
    let code: CompiledExpression =
      call.positional.isEmpty ? .sync { frame throws(Fault) in frame.element } : call.key(0)
    return .transform { frame, upstream throws(Fault) in
      var seen: Set<EqualityKey> = []
      return upstream.mapping(code, frame, stage: "unique", addsEach: false) { element, value, out throws(Fault) in
        if seen.insert(try Comparison.key(of: value)).inserted { out.append(element) }
      }
    }
  }

  static let reverse = BuiltInStage(
    CommandDeclaration(
      name: "reverse", summary: "Returns the elements in reverse order.", result: "elements",
      examples: [.init(code: "1..3 | reverse", output: "3\n2\n1")])
  ) { _ in
    .gather { frame, stream throws(Fault) in
      var elements = PackedElements()
      while let page = try await stream.next() {
        try SizeLimits.check(elements: elements.count + page.count)
        for element in page { elements.append(element) }
      }
      return elements.stream(in: (0..<Int32(elements.count)).reversed())
    }
  }

  static let collect = BuiltInStage(
    CommandDeclaration(
      name: "collect",
      summary: """
        Reads all elements before the next stage starts. Use the stage `collect` if the next stage changes resources \
        in the queue from which the pipeline reads. If the elements need more than 64 MB, retort stores them in a \
        temporary file.
        """,
      result: "list",
      examples: [.init(code: "1..3 | collect | count", output: "3")])
  ) { _ in .collect }
}
