import JSONText
import Language
import Values

extension CheckFindings {
  /// Returns an error if the user passes an input that the script does not read; otherwise returns nil.
  ///
  /// An input is an argument of the script, or a program option `--var NAME=VALUE`.
  func unreadInput(of options: Session.Options, _ source: SourceText) -> DiagnosticRenderer.DiagnosticContent? {
    if !readsArguments, let first = options.arguments.first {
      return DiagnosticRenderer.DiagnosticContent(
        title: "error",
        message: "the script \(source.name) does not read args, but got the argument \(JSONValue.string(first).text)",
        source: nil, marks: [],
        notes: ["put options of retort before FILE; to use arguments, read args in the script"])
    }
    return unreadVariable(of: options.variables, source)
  }

  /// Returns an error for each value of an option `--var` that the text needs and that the options do not contain.
  func missingValues(of options: Session.Options) -> [(diagnostic: Diagnostic, source: SourceText)] {
    var seen = Set(options.variables.keys)
    return neededValues.filter { seen.insert($0.name).inserted }.map { needed in
      let name = JSONValue.string(needed.name).text
      let diagnostic = Diagnostic(
        range: needed.range, message: "no value was given for \(needed.name)",
        nextStep: "run with --var \(needed.name)=..., or give a default: var(\(name), \"...\")")
      return (diagnostic, needed.source)
    }
  }

  /// Returns an error about an option `--var` that no statement reads; nil if there is no such option.
  ///
  /// Also returns nil if a call of `var` computes its name. The check then can't know which options the script reads.
  private func unreadVariable(of variables: [String: String], _ source: SourceText) -> DiagnosticRenderer
    .DiagnosticContent?
  {
    guard !computesNames, let name = variables.keys.sorted().first(where: { !readNames.contains($0) }) else {
      return nil
    }
    return DiagnosticRenderer.DiagnosticContent(
      title: "error", message: "no statement of \(source.name) reads var(\(JSONValue.string(name).text))", source: nil,
      marks: [], notes: [nextStep(forUnread: name)])
  }

  private func nextStep(forUnread name: String) -> String {
    let near = nearest(to: name, among: Array(readNames)) ?? readNames.first { $0.lowercased() == name.lowercased() }
    if let near { return "did you mean --var \(near)=...?" }
    if readNames.isEmpty {
      return "remove --var \(name)=..., or read it in the script: var(\(JSONValue.string(name).text))"
    }
    return "the script reads " + readNames.sorted().map { "var(\(JSONValue.string($0).text))" }.joined(separator: ", ")
  }
}
