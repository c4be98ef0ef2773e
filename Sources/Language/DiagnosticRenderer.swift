import Redaction

/// Draws an error or a warning as text.
///
/// The text has a title, a position, the source line with carets, and advice after `=`:
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
public struct DiagnosticRenderer: Sendable {
  /// Whether to use colours.
  public var isColoured: Bool
  /// The number of columns of the output.
  ///
  /// If a source line is longer, the renderer shows only a part of the line.
  public var width: Int
  /// Whether the output is a terminal.
  ///
  /// For a terminal, the renderer shows control characters as escapes and wraps long lines.
  public var isForTerminal: Bool

  /// Creates a renderer.
  public init(isColoured: Bool = false, width: Int = 100, isForTerminal: Bool = false) {
    self.isColoured = isColoured
    self.width = max(width, 40)
    self.isForTerminal = isForTerminal
  }

  /// The content of an error or a warning, for the renderer to draw.
  ///
  /// The renderer shows the line and the column of the first mark as the position of the error.
  public struct DiagnosticContent: Sendable {
    /// The title, such as `error`, `error[invalid]` or `warning`.
    public var title: String
    /// The message of the error or warning.
    public var message: String
    /// The text that contains the marks.
    public var source: SourceText?
    /// The source ranges to mark with carets, and the labels to show at the carets.
    public var marks: [MarkedSourceRange]
    /// The lines to show after `=`: advice for the user, and the context of the error.
    public var notes: [String]

    /// Creates the content of an error or a warning.
    public init(
      title: String, message: String, source: SourceText?, marks: [MarkedSourceRange], notes: [String] = []
    ) {
      self.title = title
      self.message = message
      self.source = source
      self.marks = marks
      self.notes = notes
    }

    /// Creates the content of a diagnostic.
    public init(_ diagnostic: Diagnostic, in source: SourceText) {
      self.init(
        title: diagnostic.severity.rawValue, message: diagnostic.message, source: source,
        marks: [MarkedSourceRange(diagnostic.range, diagnostic.label)] + diagnostic.marks,
        notes: diagnostic.nextStep.map { [$0] } ?? [])
    }
  }

  /// Draws an error or a warning, with a newline at the end of each line.
  ///
  /// The renderer shows a secret in the source line as stars, and cuts a very long message, label or note. For a
  /// terminal, the renderer wraps lines at `width`.
  public func render(_ report: DiagnosticContent) -> String {
    let title = paint(report.title, report.title.hasPrefix("warning") ? "33;1" : "31;1")
    let first = wrapped(report.title + ": " + message(report.message))
    var lines = [title + first.dropFirst(report.title.count)]
    var gutter = 2
    if let source = report.source, let first = report.marks.first {
      let place = source.place(of: first.range.lower)
      lines.append(wrapped("  --> \(message(source.name)):\(place.line):\(place.column)"))
      let byLine = Dictionary(grouping: report.marks) { source.place(of: $0.range.lower).line }
      gutter = byLine.keys.map { String($0).count }.max() ?? 1
      for number in byLine.keys.sorted() {
        lines += excerpt(source, number, byLine[number] ?? [], gutter)
      }
      gutter += 1
    }
    let margin = String(repeating: " ", count: gutter)
    lines += report.notes.map { wrapped(margin + "= " + message($0)) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func message(_ text: String) -> String { visible(TerminalSafeText.message(text)) }

  private func wrapped(_ text: String) -> String {
    isForTerminal ? LineWrapping.wrapped(text, to: width) : text
  }

  private func visible(_ text: String) -> String { isForTerminal ? TerminalSafeText.visible(text) : text }

  private func paint(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// A row of carets below a source line, with its place and width in terminal columns.
  private struct MarkedColumns {
    var start: Int
    var width: Int
    var label: String?
  }

  private func excerpt(_ source: SourceText, _ number: Int, _ marks: [MarkedSourceRange], _ gutter: Int)
    -> [String]
  {
    let range = source.lineRange(number)
    let spans = marks.map { mark in
      let upper = max(mark.range.lower, min(mark.range.upper, range.upper))
      let before = visible(source.text(SourceRange(range.lower, mark.range.lower)))
      let words = visible(source.text(SourceRange(mark.range.lower, upper)))
      let start = DisplayWidth.width(of: before)
      return MarkedColumns(
        start: start, width: max(1, DisplayWidth.width(of: words, from: start)),
        label: mark.label.map(message))
    }.sorted { $0.start < $1.start }
    let line = Secrets.hidden(in: source.line(number)) { String(repeating: "*", count: DisplayWidth.width(of: $0)) }
    let text = DisplayWidth.expanded(visible(line))
    let edge = String(repeating: " ", count: gutter) + " | "
    let room = max(width - edge.count, 20)
    let (shown, shift) = window(text, spans.first?.start ?? 0, room)
    let head = String(repeating: " ", count: gutter - String(number).count) + "\(number) | "
    let moved = spans.map { span in
      let start = min(max(0, span.start - shift), room - 1)
      return MarkedColumns(start: start, width: min(span.width, room - start), label: span.label)
    }
    return [head + shown] + layers(moved).flatMap { carets($0, room) }.map { edge + paint($0, "31") }
  }

  /// Distributes marks among layers, so that the marks of one layer do not overlap.
  ///
  /// The renderer draws each layer below the previous layer.
  private func layers(_ spans: [MarkedColumns]) -> [[MarkedColumns]] {
    var layers: [[MarkedColumns]] = []
    for span in spans {
      let free = layers.firstIndex { layer in layer.last.map { $0.start + $0.width <= span.start } ?? true }
      if let free { layers[free].append(span) } else { layers.append([span]) }
    }
    return layers
  }

  /// Cuts a long line to `room` columns that contain `column`, and writes `...` for each omitted part.
  ///
  /// `shift` is the number of columns by which the remaining text moves to the left.
  private func window(_ text: String, _ column: Int, _ room: Int) -> (String, shift: Int) {
    guard DisplayWidth.width(of: text) > room else { return (text, 0) }
    let lead = min(30, room / 2)
    let start = column > room - lead ? column - lead : 0
    let cut = start > 0 ? "..." : ""
    let end = start + room - cut.count
    let isLonger = DisplayWidth.width(of: text) > end
    var (shown, position) = ("", 0)
    for character in text {
      let next = position + DisplayWidth.width(of: character)
      if position >= start, next <= (isLonger ? end - 3 : end) { shown.append(character) }
      position = next
    }
    return (cut + shown + (isLonger ? "..." : ""), start - cut.count)
  }

  /// Draws the carets of a layer with their labels.
  ///
  /// The last label follows its carets if there is room. The renderer draws all other labels on lines below the carets.
  private func carets(_ spans: [MarkedColumns], _ room: Int) -> [String] {
    var line = ""
    for span in spans {
      let column = line.count
      if span.start >= column { line += String(repeating: " ", count: span.start - column) }
      line += String(repeating: "^", count: max(0, span.width - max(0, column - span.start)))
    }
    var hanging = spans.dropLast().filter { $0.label != nil }
    if let last = spans.last, let label = last.label {
      if !isForTerminal || line.count + 1 + DisplayWidth.width(of: label) <= room {
        line += " " + label
      } else {
        hanging.append(last)
      }
    }
    var lines = [line]
    if !hanging.isEmpty { lines.append(stems(hanging)) }
    while let span = hanging.popLast() {
      let stems = stems(hanging)
      lines += hung(span, stems, room)
    }
    return lines
  }

  /// Draws a label on separate lines below its carets.
  ///
  /// On a terminal, a label that is too wide for the rest of the line begins further to the left.
  private func hung(_ span: MarkedColumns, _ stems: String, _ room: Int) -> [String] {
    let label = span.label ?? ""
    let free = stems.isEmpty ? 0 : stems.count + 1
    let column = isForTerminal ? max(free, min(span.start, room - DisplayWidth.width(of: label))) : span.start
    let pieces = isForTerminal ? LineWrapping.lines(of: label[...], max(room - column, 20)) : [label]
    return pieces.map { stems + String(repeating: " ", count: max(0, column - stems.count)) + $0 }
  }

  private func stems(_ spans: [MarkedColumns]) -> String {
    spans.reduce(into: "") { $0 += String(repeating: " ", count: max(0, $1.start - $0.count)) + "|" }
  }
}
