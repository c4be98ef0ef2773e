import JSONText
import Language
import Values

extension Compiler {
  /// Compiles an expression.
  func code(_ expression: Expr) -> CompiledExpression {
    switch expression.kind {
    case .number(let digits): number(digits, expression.range)
    case .duration(let count, let unit): duration(count, unit, expression.range)
    case .string(let pieces): string(pieces, expression.range)
    case .regex(let text, let flags): regex(text, flags, expression.range)
    case .bool(let value): .constant(.bool(value))
    case .null: .constant(.null)
    case .it: element(expression.range)
    case .name(let text): name(text, expression.range)
    case .call, .group: value(expression, .operand).code
    case .elementField(let key, let nameRange, let isOptional):
      field(of: element(expression.range), "it", key, nameRange, isOptional)
    case .field(let base, let key, let nameRange, let isOptional) where base.isRelationships:
      relationship(of: base, key, nameRange, isOptional)
    case .field(let base, let key, let nameRange, let isOptional):
      field(of: known(base, key, nameRange, isOptional), source.text(base.range), key, nameRange, isOptional)
    case .index(let base, let index, let isOptional):
      element(of: base, at: index, isOptional)
    case .cut(let base, let lower, let upper): cut(base, lower, upper, expression.range)
    case .binary(let symbol, let place, let left, let right): binary(symbol, place, left, right)
    case .not(let operand):
      CompiledExpression.of(condition(code(operand), "not", operand.range)) { value throws(Fault) in
        .bool(try !value.condition("not"))
      }
    case .negate(let operand): negation(of: operand, expression.range)
    case .range(let lower, let upper): range(code(lower), code(upper), expression.range)
    case .list(let elements):
      CompiledExpression.literal(elements.map(code)) { values throws(Fault) in try Value.list(values).limitedInDepth() }
        .placed(expression.range, source)
    case .record(let entries): record(entries).placed(expression.range, source)
    }
  }

  private func negation(of operand: Expr, _ range: SourceRange) -> CompiledExpression {
    let code = code(operand)
    if case .string(let text)? = code.known, !context.isRescued {
      report(
        "the operator - takes a number or a duration, not a string", range,
        nextStep: "put the minus into the text: \("-\(text)".quoted)")
    } else if let known = code.known {
      refuse(range) { () throws(Fault) in _ = try Operators.negate(known) }
    }
    return CompiledExpression.of(code) { value throws(Fault) in try Operators.negate(value) }.placed(range, source)
  }

  private func range(
    _ lower: CompiledExpression, _ upper: CompiledExpression, _ range: SourceRange
  ) -> CompiledExpression {
    if let a = lower.known, let b = upper.known {
      refuse(range) { () throws(Fault) in _ = try Operators.range(a, b) }
    }
    return CompiledExpression.of(lower, upper) { a, b throws(Fault) in try Operators.range(a, b) }.placed(range, source)
  }

  private func element(of base: Expr, at index: Expr, _ isOptional: Bool) -> CompiledExpression {
    let isFromEnd = index.isNegativeLiteral
    return CompiledExpression.of(code(base), code(index)) { base, index throws(Fault) in
      try ValueAccess.element(of: base, at: index, isOptional: isOptional, isFromEnd: isFromEnd)
    }.placed(index.range, source)
  }

  private func number(_ text: String, _ range: SourceRange) -> CompiledExpression {
    guard let number = JSONNumber(text: text) else {
      report("\(text) is not a number", range)
      return broken
    }
    return .constant(.number(number))
  }

  private func duration(_ value: String, _ unit: String, _ range: SourceRange) -> CompiledExpression {
    guard let duration = Operators.duration(value, unit) else {
      report("a duration can be at most 100 years", range)
      return broken
    }
    return .constant(.duration(duration))
  }

  private func string(_ parts: [StringPart], _ range: SourceRange) -> CompiledExpression {
    refuseMasks(in: range)
    let codes = parts.map { part in
      switch part {
      case .literal(let text):
        warnOfPassword(text, range)
        warnOfForeignInterpolation(text, range)
        return CompiledExpression.constant(.string(text))
      case .interpolation(let pipeline): return self.pipeline(pipeline, .operand).code
      }
    }
    if codes.count == 1, case .constant(.string) = codes[0] { return codes[0] }
    return CompiledExpression.of(codes) { values throws(Fault) in
      var text = ""
      for value in values {
        text += try value.interpolated()
        try SizeLimits.check(text: text.utf8.count)
      }
      return .string(text)
    }
  }

  private func regex(_ pattern: String, _ flags: String, _ range: SourceRange) -> CompiledExpression {
    do throws(Fault) {
      return .constant(.pattern(try RegexValue(pattern, flags: flags)))
    } catch {
      report(error.message, range, nextStep: error.nextStep)
      return broken
    }
  }

  private func element(_ range: SourceRange) -> CompiledExpression {
    guard context.hasElement else {
      if findings.refused.contains(where: { $0.lower <= range.lower && range.upper <= $0.upper }) { return broken }
      report(
        "`it` and .field need an element, but there is no element here", range,
        nextStep: "use `it` and .field in a stage: stream posts | where .views < 10")
      return broken
    }
    return .sync { frame throws(Fault) in frame.element }
  }

  /// Compiles an expression that consists of a variable's name only.
  ///
  /// If no variable has this name, the function reports an error with a suggestion, such as the most similar name.
  func name(_ name: String, _ range: SourceRange) -> CompiledExpression {
    if name == "args", readsArguments { findings.readsArguments = true }
    if let variable = scope.read(name) {
      refuseEnded(name, variable, range)
      let slot = variable.slot
      effects.reads.own.insert(slot)
      return .sync { frame throws(Fault) in frame.slots[slot] }
    }
    if let slot = outer?.read(name)?.slot {
      effects.reads.globals.insert(slot)
      return .sync { frame throws(Fault) in
        slot < frame.globals.count ? frame.globals[slot] : .null
      }
    }
    if findings.refused.contains(where: { $0.lower <= range.lower && range.upper <= $0.upper }) { return broken }
    if refusesPromptWord(name, range) { return broken }
    let near = nearest(to: name, among: scope.names + (outer?.names ?? []))
    report(
      "unknown name \(name)", range,
      nextStep: meant(name, range) ?? near.map { "did you mean \($0)?" + fieldStep(range) } ?? stepToDefine(range))
    return broken
  }

  /// Whether the name `args` at this point of the text has the arguments of the script as its value.
  ///
  /// A parameter or a local variable can have the same name. An assignment at the top level replaces the arguments.
  private var readsArguments: Bool {
    guard !findings.replacesArguments else { return false }
    return outer == nil ? scope.variable("args")?.slot == 1 : scope.variable("args") == nil
  }

  /// Returns the suggestion for a name that is not a variable, but that the check recognizes.
  ///
  /// For example, the name is a `def` or a command, or `n-1` without spaces around the minus. Returns nil for other
  /// names.
  private func meant(_ name: String, _ range: SourceRange) -> String? {
    if let definition = definition(name) {
      let takesElement = context.hasElement && definition.parameters.filter { $0.fallback == nil }.count == 1
      return "call the def: \(takesElement ? "\(name)(it)" : definition.callForm)"
    }
    if let difference = difference(name) { return "minus needs spaces: \(difference)" }
    if let variable = environmentVariable(range) { return variable }
    if let value = ForeignWords.value(name) { return "did you mean \(value)?" }
    return misplaced(name)
  }

  /// Returns the subtraction that the user probably meant by a name with a hyphen: `x - 1` for `x-1`.
  ///
  /// The part before the hyphen must be `it` or the name of a variable. Returns nil for other names.
  func difference(_ name: String) -> String? {
    let parts = name.split(separator: "-", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    let isElement = parts[0] == "it" && context.hasElement
    let isVariable = scope.variable(parts[0]) != nil || outer?.variable(parts[0]) != nil
    let isRight = parts[1].allSatisfy(\.isNumber) || scope.variable(parts[1]) != nil || parts[1] == "it"
    return (isElement || isVariable) && isRight ? "\(parts[0]) - \(parts[1])" : nil
  }

  /// Returns a call of `env` for an environment variable in the syntax of another language.
  ///
  /// For example, returns `env("HOME")` for `env.HOME`, `ENV["HOME"]` and `process.env.HOME`. Returns nil for other
  /// names.
  private func environmentVariable(_ range: SourceRange) -> String? {
    let rest = String(decoding: source.bytes[range.lower...].prefix(200), as: UTF8.self)
    let pattern = #/^(?:process\.env|os\.environ|env|ENV)(?:\.([A-Za-z_][A-Za-z0-9_]*)|\["([A-Za-z_][A-Za-z0-9_]*)"\])/#
    guard let match = rest.firstMatch(of: pattern), let name = match.output.1 ?? match.output.2 else { return nil }
    return "env(\"\(name)\")"
  }

  /// Returns the suggestion for an unknown name that is similar to no known name.
  ///
  /// For example, the suggestion is to define the name, or to write the name as a field or as quoted text.
  private func stepToDefine(_ range: SourceRange) -> String {
    let word = word(from: range)
    let fields = word.split(separator: ".").dropFirst().joined(separator: ".")
    if context.hasElement, !fields.isEmpty { return "for a field of the element, write .\(fields) or .\(word)" }
    if word == "ENV" { return "env(\"NAME\")" }
    return context.hasElement
      ? "for a field of the element, write .\(word); for text, \"\(word)\""
      : "define the name first: let \(source.text(range)) = ...; or, for text, write \"\(word)\""
  }

  /// Returns the additional suggestion to write an unknown name as a field of the element.
  ///
  /// Returns an empty text if there is no element at this point of the code.
  private func fieldStep(_ range: SourceRange) -> String {
    context.hasElement ? " For a field of the element, write .\(word(from: range))" : ""
  }

  /// Returns the whole unquoted word that begins with the name at `range`, such as `x.csv` for the name `x`.
  private func word(from range: SourceRange) -> String {
    let rest = source.bytes[min(range.upper, source.bytes.count)...].prefix { byte in
      byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        || 0x30...0x39 ~= byte || 0x61...0x7A ~= byte | 0x20
    }
    return source.text(range) + String(decoding: rest, as: UTF8.self)
  }

  /// Compiles the expression before the dot of a field access.
  ///
  /// If the check knows that the value is a client, the function reports a field that clients do not have.
  private func known(_ base: Expr, _ name: String, _ range: SourceRange, _ isOptional: Bool) -> CompiledExpression {
    let code = self.code(base)
    if !isOptional, !context.isRescued, let fact = client(base), fact.isDeclared, !ClientValue.fieldNames.contains(name)
    {
      let missing = ValueAccess.missing(name, "a client", ClientValue.fieldNames)
      report(
        missing.message, range,
        nextStep: MissingFieldAdvice.clientStep(name, source.text(base.range)) ?? missing.nextStep)
    }
    return code
  }

  private func field(
    of base: CompiledExpression, _ text: String, _ name: String, _ range: SourceRange, _ isOptional: Bool
  ) -> CompiledExpression {
    let field = FieldName(name)
    return CompiledExpression.of(base) { value throws(Fault) in
      do throws(Fault) { return try ValueAccess.field(of: value, field, isOptional: isOptional) } catch {
        guard error.kind == .field, let step = MissingFieldAdvice.nextStep(value, name, of: text) else { throw error }
        throw error.advising(step)
      }
    }.placed(range, source)
  }

  /// Compiles `post.relationships.author`.
  ///
  /// Like `post.author`, this expression fails if the relationship is not loaded.
  private func relationship(of base: Expr, _ name: String, _ range: SourceRange, _ isOptional: Bool)
    -> CompiledExpression
  {
    let owner =
      if case .field(let owner, _, _, _) = base.kind { code(owner) } else { element(base.range) }
    let (all, field) = (FieldName("relationships"), FieldName(name))
    return CompiledExpression.of(owner) { value throws(Fault) in
      if case .resource(let resource) = value, let found = try resource.relationship(name) { return found }
      return try ValueAccess.field(
        of: ValueAccess.field(of: value, all, isOptional: isOptional), field, isOptional: isOptional)
    }.placed(range, source)
  }

  private func record(_ entries: [RecordEntry]) -> CompiledExpression {
    var seen: Set<CodePointComparedString> = []
    for entry in entries {
      guard let name = entry.name, !seen.insert(CodePointComparedString(name)).inserted else { continue }
      report("\(name) occurs twice in the record", entry.keyRange)
    }
    if entries.contains(where: { $0.name == nil }) { return computedRecord(entries) }
    let names = entries.compactMap(\.name)
    return CompiledExpression.literal(entries.map { code($0.value) }) { values throws(Fault) in
      try Value(literal: Array(zip(names, values)).map { (name: $0.0, value: $0.1) }).limitedInDepth()
    }
  }

  /// Compiles a record with a computed key, such as `{[name]: 1}`.
  ///
  /// At run time, the key must be a string that differs from the other keys.
  private func computedRecord(_ entries: [RecordEntry]) -> CompiledExpression {
    let keys = entries.map { entry in
      switch entry.key {
      case .name(let name): CompiledExpression.constant(.string(name))
      case .computed(let key): code(key)
      }
    }
    let places = entries.map(\.keyRange)
    let source = source
    return CompiledExpression.of(keys + entries.map { code($0.value) }) { all throws(Fault) in
      var fields: [Record.Field] = []
      var seen: Set<String> = []
      for (index, key) in all.prefix(places.count).enumerated() {
        guard case .string(let name) = key else {
          throw Fault(
            .type, "a record's key must be a string, not \(key.typeWithArticle)", nextStep: "{[string(x)]: ...}"
          )
          .placed(at: places[index], in: source)
        }
        guard seen.insert(name).inserted else {
          throw Fault(.value, "the key \(key.label) occurs twice in the record").placed(at: places[index], in: source)
        }
        fields.append((name, all[places.count + index]))
      }
      return try Value(literal: fields).limitedInDepth()
    }
  }

  /// Compiles a slice: `list[0..1]` or `text[0..9]`.
  private func cut(_ base: Expr, _ lower: Expr, _ upper: Expr, _ range: SourceRange) -> CompiledExpression {
    let (fromEnd, toEnd) = (lower.isNegativeLiteral, upper.isNegativeLiteral)
    return CompiledExpression.of([code(base), code(lower), code(upper)]) { values throws(Fault) in
      try SliceBounds(
        from: SliceBounds.SliceBound(values[1], isFromEnd: fromEnd),
        to: SliceBounds.SliceBound(values[2], isFromEnd: toEnd)
      ).of(values[0])
    }.placed(range, source)
  }
}

extension Expr {
  /// Whether the expression ends in the field `relationships`: `post.relationships` or `.relationships`.
  fileprivate var isRelationships: Bool {
    switch kind {
    case .field(_, "relationships", _, _), .elementField("relationships", _, _): true
    default: false
    }
  }

  /// Whether the expression is a negative literal number, such as `-1`.
  fileprivate var isNegativeLiteral: Bool {
    switch kind {
    case .number(let digits): digits.hasPrefix("-")
    case .negate(let operand): if case .number = operand.kind { true } else { false }
    default: false
    }
  }
}
