extension CursorScanner {
  /// The source ranges of the pipelines around the position; the outermost is first.
  ///
  /// Each range ends at the last `|` before the position.
  var flows: [SourceRange] {
    guard let pipe = level.pipe, let bar = pipe.bar else { return level.flows }
    return level.flows + [SourceRange(pipe.start, bar)]
  }

  /// The argument that a value at the position belongs to; nil outside calls.
  ///
  /// The target can be a part of the argument, such as the value of the key `a` in `filter: {a: ...}`.
  var target: CursorContext.ArgumentTarget? {
    switch level.kind {
    case .record:
      var target = level.target
      if let key = level.key { target?.path.append(key) }
      return target
    case .list: return level.target
    case .index, .arguments, .parameters: return nil
    case .statements, .group:
      if level.phase == .path {
        return CursorContext.ArgumentTarget(call: .init(name: "source", isStage: false), place: .argument(0))
      }
      guard let pipe = level.pipe, let call = pipe.call else { return nil }
      let place =
        pipe.option.map { CursorContext.ArgumentTarget.IndexOrOptionName.option($0) } ?? .argument(call.places.count)
      return CursorContext.ArgumentTarget(call: call, place: place)
    }
  }

  /// The keys of the record at the position; outside records, the options of the call at the position.
  var given: [String] {
    if level.kind == .record { return level.keys }
    return level.pipe?.call.map { Array($0.options.keys) } ?? []
  }

  private var wantsOperand: Bool { level.last?.opensOperand ?? true }

  var mayOpenBlock: Bool {
    ["for", "while", "if", "try"].contains(level.keyword) || level.pipe?.call?.name == "each"
      || level.pipe?.call?.name == "watch"
  }

  /// The kind of input that can stand at the position.
  var wanted: CursorContext.ExpectedInput {
    switch level.kind {
    case .record:
      if level.key == nil { return level.pendingKey == nil ? .key : .nothing }
      return wantsOperand ? .value : .operation
    case .list: return wantsOperand ? .value : .operation
    case .index, .arguments: return wantsOperand ? .operand : .operation
    case .parameters: return level.last == nil ? .nothing : .operand
    case .statements, .group: return wantedStatement
    }
  }

  private var wantedStatement: CursorContext.ExpectedInput {
    switch level.phase {
    case .start: return level.kind == .group || !level.keyword.isEmpty ? .head : .statement
    case .binding, .ended: return .nothing
    case .bound: return level.keyword == "for" ? .words(["in"]) : level.keyword == "def" ? .words(["do"]) : .nothing
    case .condition: return level.keyword == "try" ? .words(["do"]) : wantsOperand ? .operand : .operation
    case .path: return .value
    case .topic: return .topic(words)
    case .pipeline: break
    }
    guard let pipe = level.pipe, !pipe.wantsStage else { return .stage }
    guard let call = pipe.call, !pipe.isWhole else { return wantsOperand ? .operand : .operation }
    if pipe.option != nil { return .value }
    return call.name == "as" && call.isStage ? .nothing : .argument
  }
}
