import JSONText
import Language
import Values

extension Stage {
  static let count = Stage(
    Declaration(
      name: "count", summary: "Counts the elements.", result: "number",
      examples: [.init(code: "1..7 | count", output: "7")])
  ) { _ in
    .reduce { frame, stream throws(Fault) in
      frame.run.session.noteNextPage(stream.hasNextPage)
      var count = 0
      while let page = try await stream.next() {
        try frame.run.checkInterrupt()
        count += page.count
      }
      return .number(JSONNumber(count))
    }
  }

  static let sum = folding("sum", "Adds the elements, or a field of each.", "1..4 | sum", "10") {
    total, number throws(Fault) in
    guard let total else { return number }
    return try Arithmetic.add(total, number)
  }

  static let min = folding("min", "Gives the smallest number.", "[3, 1, 2] | min", "1") { least, number throws(Fault) in
    guard let least, try Arithmetic.compare(least, number) <= 0 else { return number }
    return least
  }

  static let max = folding("max", "Gives the largest number.", "[3, 1, 2] | max", "3") { most, number throws(Fault) in
    guard let most, try Arithmetic.compare(most, number) >= 0 else { return number }
    return most
  }

  private static func folding(
    _ name: String, _ summary: String, _ example: String, _ output: String,
    _ join: @escaping @Sendable (JSONNumber?, JSONNumber) throws(Fault) -> JSONNumber
  ) -> Stage {
    Stage(declaration(name, summary, example, output)) { call in
      let code = operand(call)
      return .reduce { frame, stream throws(Fault) in
        var result: JSONNumber?
        try await eachNumber(code, name, &frame, &stream) { number throws(Fault) in result = try join(result, number) }
        guard let result else { return name == "sum" ? .number(JSONNumber(0)) : .null }
        return .number(result)
      }
    }
  }

  static let avg = Stage(declaration("avg", "Gives the mean of the numbers.", "[1, 2, 6] | avg", "3")) { call in
    let code = operand(call)
    return .reduce { frame, stream throws(Fault) in
      var (total, count) = (JSONNumber(0), 0)
      try await eachNumber(code, "avg", &frame, &stream) { number throws(Fault) in
        total = try Arithmetic.add(total, number)
        count += 1
      }
      return count == 0 ? .null : .number(try Arithmetic.divide(total, JSONNumber(count)))
    }
  }

  private static func declaration(
    _ name: String, _ summary: String, _ example: String, _ output: String
  ) -> Declaration {
    Declaration(
      name: name, summary: summary, parameters: [.init(name: ".FIELD", shape: .path, isOptional: true)],
      result: "number", examples: [.init(code: example, output: output)])
  }

  private static func operand(_ call: StageCall) -> Code {
    call.positional.isEmpty ? .sync { frame throws(Fault) in frame.element } : call.each(0)
  }

  private static func eachNumber(
    _ code: Code, _ stage: String, _ frame: inout Frame, _ stream: inout ElementStream,
    _ body: (JSONNumber) throws(Fault) -> Void
  ) async throws(Fault) {
    while let page = try await stream.next() {
      try frame.run.checkInterrupt()
      for element in page {
        frame.element = element
        let value = try await code.run(&frame)
        guard case .number(let number) = value else {
          throw Fault(
            .type, "\(stage) needs numbers, not \(value.typeWithArticle)",
            nextStep: "convert it: \(stage) number(.field)"
          ).within("in \(stage), at \(element.label)")
        }
        try body(number)
      }
    }
  }
}
