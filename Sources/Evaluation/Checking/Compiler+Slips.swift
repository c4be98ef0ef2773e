import Formats
import JSONText
import Language
import Redaction

extension Compiler {
  /// Warns of a likely mistake if the check is thorough, as with `retort check`.
  func warnThoroughly(_ message: String, _ range: SourceRange, nextStep: String? = nil) {
    if settings.isThorough { warn(message, range, nextStep: nextStep) }
  }

  /// Warns of top-level variables that no statement reads.
  func warnOfUnused() {
    guard !findings.hasErrors else { return }
    for (name, range) in findings.names where scope.variable(name)?.isRead == false {
      warnThoroughly(
        "the variable \(name) is never read", range, nextStep: "remove this assignment, or read the variable")
    }
  }

  /// Warns of a client at the head of a pipeline, because the client counts as one element.
  ///
  /// The user probably meant the resources of the client. The closure `meant` returns the suggested code for the name
  /// of the client.
  func warnOfClient(
    _ head: PipelineHead, _ fact: CompileTimeScope.VariableFact, _ stages: [CommandOrStageCall],
    _ meant: (String) -> String
  ) {
    guard case .name(let name, let range) = head, case .client(let client) = fact, client.isDeclared else { return }
    let changes = stages.compactMap {
      BuiltInStage.named($0.name) ?? BuiltInStage.named(ForeignWords.stage($0.name) ?? "")
    }
    if let change = changes.map(\.declaration).first(where: { $0.effect == .destroys || $0.effect == .changes }) {
      // The user rarely wants to change all resources. Therefore the suggested pipeline selects some of them first.
      let isDestroy = change.effect == .destroys
      return warn(
        "\(name) is a client, so the pipeline gets one element: the client, not its resources", range,
        nextStep: "choose the resources first: stream \(name) | where .FIELD == VALUE | collect | \(change.name) ..."
          + (isDestroy ? "; or destroy-all \(name) filter: {FIELD: VALUE}" : ""))
    }
    warn(
      "\(name) is a client, so the pipeline gets one element: the client, not its resources", range,
      nextStep: "to read its resources: \(meant(name))")
  }

  /// Warns of a URI in the script that contains a password.
  func warnOfPassword(_ text: String, _ range: SourceRange) {
    guard settings.isThorough, text.contains("://"), text.contains(#/(?i)[a-z+]+://[^\s:/@]*:[^\s]+@/#) else { return }
    warnThoroughly(
      "the script contains a password", range,
      nextStep: "set RETORT_URL instead, or write connect env(\"NAME\")")
  }

  /// The message about a mask in place of a secret.
  static let maskMessage = "*** stands for a secret that the history does not store"

  /// Reports the masks in a range of the text: `***` where the history or `save` has left out a secret.
  ///
  /// Without the error, the statement would send the mask as data. By default, the function allows a mask as the
  /// password of a broker, because `connect` asks for this password. If `brokers` is true, the function also reports
  /// such a mask.
  func refuseMasks(in range: SourceRange, brokers: Bool = false) {
    for mask in masks where range.lower <= mask.range.lowerBound && mask.range.upperBound <= range.upper {
      guard brokers || !mask.isBrokerPassword else { continue }
      masks.removeAll { $0 == mask }
      report(
        Self.maskMessage, SourceRange(mask.range.lowerBound, mask.range.upperBound),
        nextStep: "type the value of the secret")
    }
  }

  /// Warns of `${x}` and `#{x}` in a text, which insert a variable only in other languages.
  func warnOfForeignInterpolation(_ text: String, _ range: SourceRange) {
    guard text.contains("{"),
      let match = text.firstMatch(of: #/[$#]\{(([A-Za-z][A-Za-z0-9_-]*)[^{}]*)\}/#)
    else { return }
    let name = String(match.output.2)
    guard scope.variable(name) != nil || outer?.variable(name) != nil || BuiltInFunction.named(name) != nil else {
      return
    }
    warn(
      "\(match.output.0) is plain text and inserts no value", range,
      nextStep: "to insert a value: \"\\(\(match.output.1))\"")
  }

  /// Warns of `print "hi" > "file"`: the operator `>` compares two texts, and writes no file.
  func warnOfRedirection(_ command: CommandOrStageCall) {
    guard command.name == "print", case .positional(let expression)? = command.arguments.first,
      case .binary(.greater, _, let left, let right) = expression.kind, let file = right.literalText,
      left.literalText != nil || file.contains(#/^[^ ]*[.\/][^ ]+$/#)
    else { return }
    let suffix = (try? FileFormat(path: file, named: nil)) == nil ? " as: \"txt\"" : ""
    warn(
      "the operator > compares two texts, and writes no file", expression.range,
      nextStep: "to write a file: \(source.text(left.range)) | write \(source.text(right.range))\(suffix)")
  }

  /// Adds a call of `var` to the inventory of the check, and records the name that the call reads.
  func noteVariable(_ name: String, _ arguments: [Argument], _ range: SourceRange) {
    guard name == "var" else { return }
    findings.inventory.append(CheckFindings.EffectInventoryEntry(range: range, source: source, kind: .reads))
    if case .string(let parts)? = arguments.first?.expression.kind, parts.count == 1, case .literal(let text) = parts[0]
    {
      findings.readNames.insert(text)
      if arguments.count == 1 {
        effects.neededValues.append(KnownEffects.NeededOptionValue(name: text, range: range, source: source))
      }
    } else {
      findings.computesNames = true
    }
  }
}

extension Interpreter.CheckReport.EffectInventoryLine {
  /// Creates a line of the check report from an entry of the inventory.
  ///
  /// If a statement has several lines, the report shows only the first line.
  init(_ entry: CheckFindings.EffectInventoryEntry) {
    let source = entry.source
    let lines = Secrets.hidden(in: source.text(entry.range)).split(separator: "\n", maxSplits: 1)
    let place = source.place(of: entry.range.lower)
    self.init(
      file: source.name, line: place.line, kind: entry.kind,
      text: (lines.first.map(String.init) ?? "") + (lines.count > 1 ? " ..." : ""))
  }
}
