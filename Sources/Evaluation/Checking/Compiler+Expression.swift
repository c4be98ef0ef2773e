import JSONText
import Language
import Values

extension Compiler {
  /// Compiles an expression.
  func code(_ expression: Expr) -> Code {
    switch expression.kind {
    case .number(let digits): number(digits, expression.range)
    case .duration(let count, let unit): duration(count, unit, expression.range)
    case .string(let pieces): string(pieces, expression.range)
    case .regex(let text, let flags): regex(text, flags, expression.range)
    case .bool(let value): .constant(.bool(value))
    case .null: .constant(.null)
    case .it: element(expression.range)
    case .name(let text): name(text, expression.range)
    case .call(let callee, let nameRange, let arguments): call(callee, nameRange, arguments, expression.range)
    case .elementField(let key, let nameRange, let isOptional):
      field(of: element(expression.range), key, nameRange, isOptional)
    case .field(let base, let key, let nameRange, let isOptional) where base.isRelationships:
      relationship(of: base, key, nameRange, isOptional)
    case .field(let base, let key, let nameRange, let isOptional):
      field(of: known(base, key, nameRange, isOptional), key, nameRange, isOptional)
    case .index(let base, let index, let isOptional):
      Code.of(code(base), code(index)) { base, index throws(Fault) in
        try Access.element(of: base, at: index, isOptional: isOptional)
      }.placed(index.range, source)
    case .binary(let symbol, let place, let left, let right): binary(symbol, place, left, right)
    case .not(let operand):
      Code.of(code(operand)) { value throws(Fault) in .bool(try !value.condition("not")) }.placed(operand.range, source)
    case .negate(let operand):
      Code.of(code(operand)) { value throws(Fault) in try Operators.negate(value) }.placed(expression.range, source)
    case .range(let lower, let upper):
      Code.of(code(lower), code(upper)) { a, b throws(Fault) in try Operators.range(a, b) }
        .placed(expression.range, source)
    case .list(let elements):
      Code.of(elements.map(code)) { values throws(Fault) in try Value.list(values).limitedInDepth() }
    case .record(let entries): record(entries)
    case .group(let valued): self.valued(valued)
    }
  }

  private func number(_ text: String, _ range: SourceRange) -> Code {
    guard let number = JSONNumber(text: text) else {
      report("\(text) is no number", range)
      return broken
    }
    return .constant(.number(number))
  }

  private func duration(_ value: String, _ unit: String, _ range: SourceRange) -> Code {
    guard let duration = Operators.duration(value, unit) else {
      report("a duration of over 100 years", range)
      return broken
    }
    return .constant(.duration(duration))
  }

  private func string(_ parts: [StringPart], _ range: SourceRange) -> Code {
    let codes = parts.map { part in
      switch part {
      case .literal(let text):
        warnOfPassword(text, range)
        return Code.constant(.string(text))
      case .interpolation(let pipeline): return self.pipeline(pipeline).code
      }
    }
    if codes.count == 1, case .constant(.string) = codes[0] { return codes[0] }
    return Code.of(codes) { values throws(Fault) in
      var text = ""
      for value in values {
        text += try value.interpolated()
        try Size.check(text: text.utf8.count)
      }
      return .string(text)
    }
  }

  private func regex(_ pattern: String, _ flags: String, _ range: SourceRange) -> Code {
    warnOfNestedQuantifiers(pattern, range)
    do throws(Fault) {
      return .constant(.pattern(try Pattern(pattern, flags: flags)))
    } catch {
      report(error.message, range)
      return broken
    }
  }

  private func element(_ range: SourceRange) -> Code {
    guard context.hasElement else {
      report(
        "there is no element here", range, nextStep: "it and .field are for stages: stream posts | where .views < 10")
      return broken
    }
    return .sync { frame throws(Fault) in frame.element }
  }

  /// A variable, or an error with the nearest name.
  func name(_ name: String, _ range: SourceRange) -> Code {
    if let slot = scope.read(name)?.slot {
      return .sync { frame throws(Fault) in frame.slots[slot] }
    }
    if let slot = outer?.read(name)?.slot {
      return .sync { frame throws(Fault) in
        slot < frame.globals.count ? frame.globals[slot] : .null
      }
    }
    let near = nearest(to: name, among: scope.names + (outer?.names ?? []))
    let isCommand = Command.named(name) != nil
    report(
      "unknown name \(name)", range,
      nextStep: isCommand
        ? "a command inside an expression stands in parentheses: (\(name) ...)"
        : near.map { "did you mean \($0)?" } ?? "define it first: let \(name) = ...; text is quoted: \"\(name)\"")
    return broken
  }

  /// Compiles what a field is read of; of what is known to be a client, the field is checked at once.
  private func known(_ base: Expr, _ name: String, _ range: SourceRange, _ isOptional: Bool) -> Code {
    let code = self.code(base)
    if !isOptional, !context.isRescued, let fact = client(base), fact.isDeclared, !ClientValue.fieldNames.contains(name)
    {
      let missing = Access.missing(name, "a client", ClientValue.fieldNames)
      report(missing.message, range, nextStep: missing.nextStep)
    }
    return code
  }

  private func field(of base: Code, _ name: String, _ range: SourceRange, _ isOptional: Bool) -> Code {
    Code.of(base) { value throws(Fault) in try Access.field(of: value, name, isOptional: isOptional) }
      .placed(range, source)
  }

  /// Compiles `post.relationships.author`, which is an error where it is not loaded, as `post.author` is.
  private func relationship(of base: Expr, _ name: String, _ range: SourceRange, _ isOptional: Bool) -> Code {
    let owner =
      if case .field(let owner, _, _, _) = base.kind { code(owner) } else { element(base.range) }
    return Code.of(owner) { value throws(Fault) in
      if case .resource(let resource) = value, let found = try resource.relationship(name) { return found }
      return try Access.field(
        of: Access.field(of: value, "relationships", isOptional: isOptional), name, isOptional: isOptional)
    }.placed(range, source)
  }

  private func call(_ name: String, _ nameRange: SourceRange, _ arguments: [Expr], _ range: SourceRange) -> Code {
    let codes = arguments.map(code)
    noteVariable(name, range)
    guard let function = Function.named(name) else {
      let isCommand = Command.named(name) != nil || definition(name) != nil
      reportUnknown(
        "function", name, nameRange, among: Function.all.map(\.name),
        hint: isCommand ? "a command is written without parentheses: \(name) ..." : "help functions lists them")
      return broken
    }
    guard function.takes(codes.count) else {
      report("\(name) takes \(function.arity), not \(codes.count)", range, nextStep: "help \(name) shows its signature")
      return broken
    }
    let source = source
    let immediate = codes.compactMap(\.immediate)
    guard immediate.count == codes.count else {
      return Code.async { frame throws(Fault) in
        var values: [Value] = []
        for code in codes { values.append(try await code.run(&frame)) }
        do throws(Fault) { return try function.body(values, frame.run) } catch {
          throw error.placed(at: range, in: source)
        }
      }
    }
    return .sync { frame throws(Fault) in
      var values: [Value] = []
      for code in immediate { values.append(try code(&frame)) }
      do throws(Fault) { return try function.body(values, frame.run) } catch {
        throw error.placed(at: range, in: source)
      }
    }
  }

  private func record(_ entries: [RecordEntry]) -> Code {
    var seen: Set<String> = []
    for entry in entries where !seen.insert(entry.key).inserted {
      report("\(entry.key) stands twice in the record", entry.keyRange)
    }
    let names = entries.map(\.key)
    return Code.of(entries.map { code($0.value) }) { values throws(Fault) in
      try Value.record(Record(Array(zip(names, values)).map { (name: $0.0, value: $0.1) })).limitedInDepth()
    }
  }
}

extension Compiler {
  fileprivate func binary(_ symbol: BinaryOperator, _ range: SourceRange, _ left: Expr, _ right: Expr) -> Code {
    let (a, b) = (code(left), code(right))
    switch symbol {
    case .and:
      return Code.lazily(a, b.condition("and", right.range, source)) { value throws(Fault) in
        try value.condition("and") ? nil : .bool(false)
      }.placed(left.range, source)
    case .or:
      return Code.lazily(a, b.condition("or", right.range, source)) { value throws(Fault) in
        try value.condition("or") ? .bool(true) : nil
      }.placed(left.range, source)
    case .otherwise:
      return Code.lazily(a, b) { value throws(Fault) in value.isNull ? nil : value }
    default:
      let operation = Operators.operation(symbol)
      if !context.isRescued, let x = a.known, let y = b.known, !triesPattern(symbol, x) {
        do throws(Fault) { _ = try operation(x, y) } catch {
          if error.kind == .type { report(error.message, range, nextStep: error.nextStep) }
        }
      }
      return Code.of(a, b, operation).placed(range, source)
    }
  }
}

/// Whether an operation tries a pattern on a text, which a check does not: it may take as long as it likes.
private func triesPattern(_ symbol: BinaryOperator, _ left: Value) -> Bool {
  if case .string = left { symbol == .matches } else { false }
}

extension Code {
  /// The same code, whose value must be a boolean.
  func condition(_ word: String, _ range: SourceRange, _ source: SourceText) -> Code {
    Code.of(self) { value throws(Fault) in .bool(try value.condition(word)) }.placed(range, source)
  }
}

extension Expr {
  /// Whether it is `post.relationships`, or `.relationships` of the element.
  fileprivate var isRelationships: Bool {
    switch kind {
    case .field(_, "relationships", _, _), .elementField("relationships", _, _): true
    default: false
    }
  }
}
