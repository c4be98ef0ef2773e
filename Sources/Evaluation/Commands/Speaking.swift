import Synchronization
import JSONText
import Language
import Values

extension Command {
  private static let expression = Declaration.Parameter(name: "EXPRESSION", shape: .any)

  static let print = Command(
    Declaration(
      name: "print", summary: "Prints a value: text as it is, all else as JSON.", parameters: [expression],
      result: "null", examples: [.init(code: #"print "1 + 1 = \(1 + 1)""#, output: "1 + 1 = 2")], givesNothing: true)
  ) { arguments, frame throws(Fault) in
    switch arguments.value(0) {
    case .stream:
      var elements = try await PipelineRun.spread(arguments.value(0))
      while let page = try await elements.next() {
        for element in page { try frame.run.output.put(printed: element) }
      }
    case let value:
      if case .page(let page) = value { frame.run.session.noteNextPage(page.hasNext) }
      try frame.run.output.put(printed: value)
    }
    return .null
  }

  static let warn = Command(
    Declaration(
      name: "warn", summary: "Prints a value on standard error.", parameters: [expression], result: "null",
      givesNothing: true)
  ) { arguments, frame throws(Fault) in
    let text = try arguments.value(0).interpolated()
    frame.run.output.flush()
    frame.run.session.host.note(text + "\n")
    return .null
  }

  static let assert = Command(
    Declaration(
      name: "assert", summary: "Ends the batch with status 3 where a condition is false.",
      parameters: [.init(name: "CONDITION", shape: .condition), .init(name: "MESSAGE", shape: .any, isOptional: true)],
      result: "null", examples: [.init(code: "assert 1 + 1 == 2", output: "")], givesNothing: true)
  ) { arguments, frame throws(Fault) in
    let isTrue: Bool
    do throws(Fault) { isTrue = try arguments.value(0).condition("assert") } catch {
      throw error.placed(at: arguments.range(0), in: arguments.source)
    }
    let report = frame.run.session.options.report
    guard !isTrue else {
      report?.add(assertion: arguments.range, in: arguments.source, failure: nil)
      return .null
    }
    let hasMessage = arguments.positional.count > 1
    let message = hasMessage ? try arguments.value(1).interpolated() : "the assertion is false"
    report?.add(assertion: arguments.range, in: arguments.source, failure: message)
    let sides = arguments.positional[0].sides.map { ["left: \($0.left.label)", "right: \($0.right.label)"] }
    throw Fault(
      .assert, message, at: [Fault.Mark(arguments.range(0))], in: arguments.source,
      nextStep: hasMessage || sides != nil ? nil : "a text after it tells more: assert CONDITION, \"why\"",
      trail: sides ?? [])
  }

  static let fail = Command(
    Declaration(
      name: "fail", summary: "Fails with a message, or with an error that was rescued.", parameters: [expression],
      result: "null")
  ) { arguments, frame throws(Fault) in
    if case .error(let fault) = arguments.value(0) { throw fault }
    throw Fault(.fail, try arguments.value(0).interpolated())
  }

  static let sleep = Command(
    Declaration(
      name: "sleep", summary: "Waits.", parameters: [.init(name: "DURATION", shape: .duration)], result: "null",
      examples: [.init(code: "sleep 1ms", output: "")])
  ) { arguments, frame throws(Fault) in
    guard case .duration(let duration) = arguments.value(0), duration >= .zero else {
      throw Fault(.type, "sleep needs a duration, not \(arguments.value(0).typeWithArticle)", nextStep: "sleep 1s")
    }
    frame.run.output.flush()
    do { try await Task.sleep(for: duration) } catch { throw Fault(.interrupted, "interrupted") }
    return .null
  }

  static let exit = Command(
    Declaration(
      name: "exit", summary: "Ends the program, with a status from 0 to 255.",
      parameters: [.init(name: "STATUS", shape: .number, isOptional: true)], result: "null")
  ) { arguments, frame throws(Fault) in
    guard !arguments.positional.isEmpty else { throw Fault(.exit, "exit").ending(0) }
    guard case .number(let number) = arguments.value(0), let status = number.integer, 0...255 ~= status else {
      throw Fault(.value, "exit needs a status from 0 to 255, not \(arguments.value(0).label)")
    }
    throw Fault(.exit, "exit").ending(Int32(status))
  }

  static let vars = Command(
    Declaration(name: "vars", summary: "Lists the variables and their types.", result: "list of records")
  ) { arguments, frame throws(Fault) in
    let names = frame.run.session.state.withLock(\.names)
    let slots = frame.depth == 0 ? frame.slots : frame.globals
    return .list(
      names.filter { $0.value < slots.count }.sorted { $0.key < $1.key }.map { name, slot in
        .record(
          Record([
            ("name", .string(name)), ("type", .string(slots[slot].typeName)), ("value", .string(slots[slot].label)),
          ]))
      })
  }

  /// Every command, in the order help shows them.
  static let all: [Command] = [
    connect, disconnect, client, stop, clients, queues, describe, template, forget, count, index, stream, show, create,
    update, upsert, destroy, destroyAll,
    related, relationship, diff, link, relink, unlink, transition, call,
    read, print, warn, assert, fail, sleep, vars, exit,
  ]
}

extension Stage {
  static let print = Stage(
    Declaration(
      name: "print", summary: "Prints each element, or an expression of it: text as it is, all else as JSON.",
      parameters: [.init(name: "EXPRESSION", shape: .any, isOptional: true)], result: "null",
      examples: [.init(code: #"1..2 | print "row \(it)""#, output: "row 1\nrow 2")], givesNothing: true, names: .read)
  ) { call in
    let code: CompiledExpression =
      call.positional.isEmpty ? .sync { frame throws(Fault) in frame.element } : call.each(0)
    return .reduce { frame, stream throws(Fault) in
      frame.run.session.noteNextPage(stream.hasNextPage)
      while let page = try await stream.page() {
        try frame.run.checkInterrupt()
        for (index, element) in page.elements.enumerated() {
          frame.take(page, index)
          do throws(Fault) {
            try frame.run.output.put(line: try await code.run(&frame).interpolated())
          } catch { throw error.within("in print, at \(element.label)") }
        }
      }
      return .null
    }
  }
}

extension Stage {
  /// Every stage, in the order help shows them.
  static let all: [Stage] = [
    `where`, map, select, with, without, `as`, take, skip, first, last, reverse, sort, unique, group, indexBy, chunk,
    flatten,
    count, sum, avg, min, max, collect, each, print, show, create, update, upsert, destroy, link, relink, unlink,
    transition, write, table, card, chart, json, ndjson, csv, sh,
  ]
}
