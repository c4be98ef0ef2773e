import Language
import Values

extension Compiler {
  /// Compiles the stage after a `|`.
  func link(_ command: Language.Command) -> StageBody {
    if let definition = definition(command.name) {
      let code = call(definition, command, element: true)
      if effects.acts {
        return Self.acting(code, command.name)
      }
      return .transform { frame, upstream throws(Fault) in
        upstream.mapping(code, frame, stage: command.name) { _, value, out throws(Fault) in
          out.append(value)
        }
      }
    }
    guard let stage = Stage.named(command.name) else {
      reportUnknownStage(command)
      return .collect
    }
    if stage.declaration.names == .ended { endNames(at: command.name) }
    let errors = findings.diagnostics.count
    check(command, stage.declaration)
    refuseHazard(stage.declaration.effect, command)
    note(stage.declaration.effect, command)
    guard !findings.diagnostics[errors...].contains(where: { $0.severity == .error }) else { return .collect }
    let body = stage.prepare(StageCall(compiler: self, command: command, declaration: stage.declaration))
    if stage.declaration.names == .read { endNames(at: command.name) }
    return body
  }

  /// A def with an effect, which runs completely for each element.
  private static func acting(_ code: CompiledExpression, _ name: String) -> StageBody {
    .sink { frame, stream, _ throws(Fault) in
      var flow = ElementPage()
      while let page = try await stream.page() {
        for (index, element) in page.elements.enumerated() {
          try frame.run.checkInterrupt()
          frame.take(page, index)
          do throws(Fault) { flow.append(try await code.run(&frame), like: page, index) } catch {
            throw error.within("in \(name), at \(element.label)")
          }
        }
      }
      return (flow, .list(flow.elements))
    }
  }

  private func reportUnknownStage(_ command: Language.Command) {
    let name = command.name
    if Command.named(name) != nil {
      return report(
        "\(name) is a command, not a stage", command.nameRange,
        nextStep: "run it for each element: | each do ... end, with `it` as the element")
    }
    reportUnknown(
      "stage", name, command.nameRange, among: Stage.all.map(\.declaration.name) + definitions.keys,
      hint: "help stages lists them")
  }
}
