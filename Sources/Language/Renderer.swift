import Redaction

/// Draws an error: kind and message, position, the line with carets, and what to do next.
///
/// ```
/// error[invalid]: posts create: 2 errors from the service
///   --> migrate.retort:14:14
/// 14 | create posts {text: "", state: "x"}
///    |                     ^^         ^^^ is not included in the list
///    |                     |
///    |                     can't be blank
///    = check the values and run it again
/// ```
public struct Renderer: Sendable {
  /// Whether to use colours.
  public var isColoured: Bool
  /// The columns for a source line; a longer line is shown in part.
  public var width: Int
  /// Whether the output is for a terminal, so that control characters are shown as escapes.
  public var isForTerminal: Bool

  /// Creates a renderer.
  public init(isColoured: Bool = false, width: Int = 100, isForTerminal: Bool = false) {
    self.isColoured = isColoured
    self.width = max(width, 40)
    self.isForTerminal = isForTerminal
  }

  /// The content of a drawing; the first mark gives the position.
  public struct Report: Sendable {
    /// `error`, `error[invalid]`, `warning`.
    public var title: String
    /// What is wrong.
    public var message: String
    /// The text the marks are in.
    public var source: SourceText?
    /// The marked source ranges with their labels.
    public var marks: [Diagnostic.Mark]
    /// What to do next, and the context.
    public var notes: [String]

    /// Creates a report.
    public init(
      title: String, message: String, source: SourceText?, marks: [Diagnostic.Mark], notes: [String] = []
    ) {
      self.title = title
      self.message = message
      self.source = source
      self.marks = marks
      self.notes = notes
    }

    /// Creates the report of a diagnostic.
    public init(_ diagnostic: Diagnostic, in source: SourceText) {
      self.init(
        title: diagnostic.severity.rawValue, message: diagnostic.message, source: source,
        marks: [Diagnostic.Mark(range: diagnostic.range, label: diagnostic.label)] + diagnostic.marks,
        notes: diagnostic.nextStep.map { [$0] } ?? [])
    }
  }

  /// Draws a report, with a newline at the end of each line.
  ///
  /// A secret in the source line is shown as stars. Messages, labels and notes take one line each; a very long one is cut.
  public func render(_ report: Report) -> String {
    let title = paint(report.title, report.title.hasPrefix("warning") ? "33;1" : "31;1")
    var lines = [title + ": " + message(report.message)]
    var gutter = 2
    if let source = report.source, let first = report.marks.first {
      let place = source.place(of: first.range.lower)
      lines.append("  --> \(message(source.name)):\(place.line):\(place.column)")
      let byLine = Dictionary(grouping: report.marks) { source.place(of: $0.range.lower).line }
      gutter = byLine.keys.map { String($0).count }.max() ?? 1
      for number in byLine.keys.sorted() {
        lines += excerpt(source, number, byLine[number] ?? [], gutter)
      }
      gutter += 1
    }
    let margin = String(repeating: " ", count: gutter)
    lines += report.notes.map { margin + "= " + message($0) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func message(_ text: String) -> String { visible(TerminalText.message(text)) }

  private func visible(_ text: String) -> String { isForTerminal ? TerminalText.visible(text) : text }

  private func paint(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// A mark on a line, in columns.
  private struct Span {
    var start: Int
    var width: Int
    var label: String?
  }

  private func excerpt(_ source: SourceText, _ number: Int, _ marks: [Diagnostic.Mark], _ gutter: Int) -> [String] {
    let range = source.lineRange(number)
    let spans = marks.map { mark in
      let upper = max(mark.range.lower, min(mark.range.upper, range.upper))
      let before = visible(source.text(SourceRange(range.lower, mark.range.lower)))
      let words = visible(source.text(SourceRange(mark.range.lower, upper)))
      let start = Columns.width(of: before)
      return Span(
        start: start, width: max(1, Columns.width(of: words, from: start)),
        label: mark.label.map(message))
    }.sorted { $0.start < $1.start }
    let line = Secrets.hidden(in: source.line(number)) { String(repeating: "*", count: Columns.width(of: $0)) }
    let text = Columns.expanded(visible(line))
    let (shown, shift) = window(text, spans.first?.start ?? 0)
    let edge = String(repeating: " ", count: gutter) + " | "
    let head = String(repeating: " ", count: gutter - String(number).count) + "\(number) | "
    let moved = spans.map { Span(start: max(0, $0.start - shift), width: $0.width, label: $0.label) }
    return [head + shown] + layers(moved).flatMap(carets).map { edge + paint($0, "31") }
  }

  /// The marks in layers without overlaps, each to be drawn below the one before.
  private func layers(_ spans: [Span]) -> [[Span]] {
    var layers: [[Span]] = []
    for span in spans {
      let free = layers.firstIndex { layer in layer.last.map { $0.start + $0.width <= span.start } ?? true }
      if let free { layers[free].append(span) } else { layers.append([span]) }
    }
    return layers
  }

  /// The part of a long line that contains a column, and its offset.
  private func window(_ text: String, _ column: Int) -> (String, shift: Int) {
    guard Columns.width(of: text) > width else { return (text, 0) }
    let start = column > width - 30 ? column - 30 : 0
    var (shown, position) = ("", 0)
    for character in text {
      if position >= start, position < start + width { shown.append(character) }
      position += Columns.width(of: character)
    }
    let cut = start > 0 ? "..." : ""
    return (cut + shown + (position > start + width ? "..." : ""), start - cut.count)
  }

  /// The caret line, and below it the labels of all marks but the last.
  private func carets(_ spans: [Span]) -> [String] {
    var line = ""
    for span in spans {
      let column = line.count
      if span.start >= column { line += String(repeating: " ", count: span.start - column) }
      line += String(repeating: "^", count: max(0, min(span.width, width) - max(0, column - span.start)))
    }
    if let label = spans.last?.label { line += " " + label }
    var lines = [line]
    var hanging = spans.dropLast().filter { $0.label != nil }
    if !hanging.isEmpty { lines.append(stems(hanging)) }
    while let span = hanging.popLast() {
      let stems = stems(hanging)
      lines.append(stems + String(repeating: " ", count: max(0, span.start - stems.count)) + (span.label ?? ""))
    }
    return lines
  }

  private func stems(_ spans: [Span]) -> String {
    spans.reduce(into: "") { $0 += String(repeating: " ", count: max(0, $1.start - $0.count)) + "|" }
  }
}
