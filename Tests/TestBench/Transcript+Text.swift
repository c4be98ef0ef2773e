extension Transcript {
  /// The transcript as the text of a file, with a blank line between blocks.
  public var text: String {
    let parts = [prologue.map(\.text).joined()] + blocks.map(\.text)
    return parts.filter { !$0.isEmpty }.joined(separator: "\n")
  }
}

extension Transcript.Block {
  fileprivate var text: String {
    heading.map { "# \($0)\n" }.joined() + directive("serve", service) + directive("retort", program)
      + exchanges.map(\.text).joined()
  }

  private func directive(_ word: String, _ options: [String]?) -> String {
    options.map { "@ \(([word] + $0).joined(separator: " "))\n" } ?? ""
  }
}

extension Transcript.Exchange {
  /// The statement and its reply as lines of a transcript file.
  public var text: String {
    let lines = statement.split(separator: "\n", omittingEmptySubsequences: false)
    let marked = lines.enumerated().map { index, line in
      index == 0 ? "> \(line)\n" : line.isEmpty ? ".\n" : ". \(line)\n"
    }
    return marked.joined() + reply.text
  }
}

extension Transcript.Reply {
  /// The reply as lines of a transcript file: standard output, standard error, and an exit status other than 0.
  public var text: String {
    shown(output).map { protects($0) ? "\\\($0)\n" : "\($0)\n" }.joined() + shown(errors).map { "! \($0)\n" }.joined()
      + (status == 0 ? "" : "= \(status)\n")
  }

  private func shown(_ text: String) -> [String] {
    guard !text.isEmpty else { return [] }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return text.last == "\n"
      ? lines.dropLast().map(String.init) : lines.dropLast().map(String.init) + ["\(lines[lines.count - 1])␄"]
  }

  private func protects(_ line: String) -> Bool {
    line.isEmpty || line == "." || [". ", "@ ", "= "].contains { line.hasPrefix($0) }
      || ["#", ">", "!", "\\"].contains(line.first)
  }
}
