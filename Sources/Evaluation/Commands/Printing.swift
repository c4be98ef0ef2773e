import Synchronization
import JSONText
import Language
import Values

extension BuiltInCommand {
  private static let expression = CommandDeclaration.Parameter(name: "EXPRESSION", shape: .any)

  static let print = BuiltInCommand(
    CommandDeclaration(
      name: "print",
      summary: """
        Prints a value. Texts, times, durations and patterns are printed without quotes. Most other values are printed \
        as JSON. A duration can be rounded, as in 3.3 s: the stage `ndjson` prints the exact value.
        """,
      parameters: [expression],
      result: "null", examples: [.init(code: #"print "1 + 1 = \(1 + 1)""#, output: "1 + 1 = 2")], givesNothing: true)
  ) { arguments, frame throws(Fault) in
    switch arguments.value(0) {
    case .stream:
      var elements = try await PipelineRun.spread(arguments.value(0), frame.run.session.progress)
      while let page = try await elements.next() {
        for element in page { try frame.run.output.put(printed: element) }
      }
    case let value:
      if case .page(let page) = value { frame.run.session.noteNextPage(page.hasNext) }
      try frame.run.output.put(printed: value)
    }
    return .null
  }

  static let warn = BuiltInCommand(
    CommandDeclaration(
      name: "warn", summary: "Prints a value on standard error.", parameters: [expression], result: "null",
      givesNothing: true)
  ) { arguments, frame throws(Fault) in
    let text = try arguments.value(0).interpolated()
    frame.run.output.flush()
    frame.run.session.show(unbroken: text)
    return .null
  }
}

extension BuiltInStage {
  static let print = BuiltInStage(
    CommandDeclaration(
      name: "print",
      summary: """
        Prints each element, or the value of EXPRESSION for each element, as the command `print` does.
        """,
      parameters: [.init(name: "EXPRESSION", shape: .any, isOptional: true)], result: "null",
      examples: [.init(code: #"1..2 | print "row \(it)""#, output: "row 1\nrow 2")], givesNothing: true, names: .read)
  ) { call in
    let code: CompiledExpression =
      call.positional.isEmpty ? .sync { frame throws(Fault) in frame.element } : call.each(0)
    return .reduce { frame, stream throws(Fault) in
      frame.run.session.noteNextPage(stream.hasNextPage)
      while let page = try await stream.page() {
        for (index, element) in page.elements.enumerated() {
          frame.take(page, index)
          do throws(Fault) {
            try frame.run.output.put(printed: try await code.run(&frame))
          } catch { throw error.within("in the stage `print`, at the element \(element.label)") }
        }
      }
      return .null
    }
  }
}
