import Bulk
import JSONText
import Language
import Redaction
import Values

extension StatementContext {
  /// Returns whether a run with `--dry-run` skips an assertion; also shows a note about a skipped assertion.
  ///
  /// A dry run sends no changes. Therefore an assertion about data that the script changes would fail.
  func leavesUnchecked(_ assertion: Arguments) -> Bool {
    guard session.options.isDryRun, session.dryRun.hasChanges else { return false }
    session.options.report?.add(unchecked: assertion.range, in: assertion.source)
    session.note(unchecked: assertion)
    return true
  }
}

// The commands that end a script, raise an error or wait.
extension BuiltInCommand {
  static let assert = BuiltInCommand(
    CommandDeclaration(
      name: "assert",
      summary: """
        Raises an error if a condition is false. The statement `try` can catch this error. If no `try` catches it, the \
        script ends with the exit status 3. MESSAGE is the text of the error, and follows a comma: assert n > 0, "n is \
        0".
        """,
      parameters: [
        .init(name: "CONDITION", shape: .condition),
        .init(name: "MESSAGE", shape: .any, isOptional: true, followsComma: true),
      ],
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
    let sides = arguments.positional[0].sides
    let fault = Fault(
      .assert, message, at: [MarkedSourceRange(sides.count == 1 ? sides[0].range : arguments.range(0))],
      in: arguments.source,
      nextStep: hasMessage || !sides.isEmpty ? nil : "add a message: assert CONDITION, \"why\"")
    throw shown(sides, arguments.source).reduce(fault) { $0.within($1) }
  }

  /// Returns the operands of a false comparison as two lines, such as `left: 1` and `right: 2`.
  ///
  /// If several comparisons are false, there is one line for each comparison, such as `.a == .b: 1 and 2`. The values
  /// in a comparison of a secret, such as a password, are hidden.
  private static func shown(_ sides: [AssertCondition.ComparedOperands], _ source: SourceText) -> [String] {
    func label(_ value: Value, _ side: AssertCondition.ComparedOperands) -> String {
      Secrets.namesSecret(source.text(side.range)) ? "***" : value.label
    }
    if sides.count == 1, let only = sides.first {
      return ["left: \(label(only.left, only))", "right: \(label(only.right, only))"]
    }
    return sides.map { side in
      "\(Secrets.hidden(in: source.text(side.range))): \(label(side.left, side)) and \(label(side.right, side))"
    }
  }

  static let fail = BuiltInCommand(
    CommandDeclaration(
      name: "fail",
      summary: """
        Raises an error with the message EXPRESSION. If EXPRESSION is an error that `rescue` caught, raises this error \
        again.
        """,
      parameters: [.init(name: "EXPRESSION", shape: .any)],
      result: "null")
  ) { arguments, frame throws(Fault) in
    if case .error(let fault) = arguments.value(0) { throw fault }
    throw Fault(.fail, try arguments.value(0).interpolated())
  }

  static let sleep = BuiltInCommand(
    CommandDeclaration(
      name: "sleep", summary: "Pauses for the time DURATION.",
      parameters: [
        .init(name: "DURATION", shape: .duration).ruled(
          OptionValueRule(reading: { value, _ throws(Fault) in _ = try value.sleep() }))
      ], result: "null", examples: [.init(code: "sleep 1ms", output: "")])
  ) { arguments, frame throws(Fault) in
    let duration = try arguments.value(0).sleep()
    frame.run.output.flush()
    do { try await Task.sleep(for: duration) } catch { throw Fault(.interrupted, "interrupted") }
    return .null
  }

  static let exit = BuiltInCommand(
    CommandDeclaration(
      name: "exit", summary: "Ends the program. STATUS is the exit status, from 0 to 255 (default: 0).",
      parameters: [
        .init(name: "STATUS", shape: .number, isOptional: true).ruled(
          OptionValueRule(reading: { value, _ throws(Fault) in _ = try value.exitStatus() }))
      ], result: "null")
  ) { arguments, frame throws(Fault) in
    guard !arguments.positional.isEmpty else { throw Fault(.exit, "exit").ending(0) }
    let status = try arguments.value(0).exitStatus()
    throw Fault(.exit, "exit \(status)").ending(Int32(status))
  }
}

extension Value {
  /// Returns this value as the duration of a `sleep` command.
  fileprivate func sleep() throws(Fault) -> Duration {
    guard case .duration(let duration) = self else {
      throw Fault(
        .type, "sleep needs a duration, not \(typeWithArticle)",
        nextStep: CommandDeclaration.ArgumentType.duration.example(for: self).map { "sleep \($0)" } ?? "sleep 1s")
    }
    guard duration >= .zero else {
      throw Fault(
        .value, "sleep needs a duration of at least 0s, not \(duration.text)",
        nextStep: "sleep \((Duration.zero - duration).text)")
    }
    return duration
  }

  /// Returns this value as the status of an `exit` command.
  fileprivate func exitStatus() throws(Fault) -> Int {
    guard case .number(let number) = self, let status = number.integer, 0...255 ~= status else {
      throw Fault(
        .value, "exit needs a status from 0 to 255, not \(label)", nextStep: "exit 0 for success, exit 1 for a failure")
    }
    return status
  }
}
