import Language

extension Interpreter {
  /// Returns a hint about the arguments that the call at the end of a text can still have: `ID [include: fields:]`.
  ///
  /// - Parameter text: The statements that the user is typing, up to the cursor.
  /// - Returns: The hint; nil if no argument is possible. A space precedes the hint if the text does not end in a
  ///   space.
  public func argumentHint(of text: String) -> String? {
    guard let hint = completer(of: text, at: text.utf8.count).argumentHint else { return nil }
    return text.last?.isWhitespace == true ? hint : " " + hint
  }
}

extension Completer {
  /// The maximum number of options that the hint names.
  private static let limit = 6

  /// The rest of the call's signature, or the description of the option at the cursor.
  ///
  /// The hint is nil if the cursor is neither in a call with further arguments nor in an option.
  var argumentHint: String? {
    guard !context.isInString, let target = context.target, target.path.isEmpty, let declaration else { return nil }
    if case .option(let name) = target.place {
      guard context.word.isEmpty, context.wanted == .value else { return nil }
      return declaration.options.first { $0.name == name }?.summary
    }
    guard case .argument(let index) = target.place, context.wanted == .argument else { return nil }
    let first = context.word.isEmpty ? index : index + 1
    var parts = declaration.parameters.dropFirst(first).map { String($0.form.drop { $0 == " " }) }
    if let last = declaration.parameters.last, last.repeats, first >= declaration.parameters.count {
      parts = ["[\(last.name) ...]"]
    }
    let options = declaration.options.filter { !context.given.contains($0.name) }.map { $0.name + ":" }
    if !options.isEmpty {
      let more = options.count > Self.limit ? " ..." : ""
      parts.append("[" + options.prefix(Self.limit).joined(separator: " ") + more + "]")
    }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }
}
