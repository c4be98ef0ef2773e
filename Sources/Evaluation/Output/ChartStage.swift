import Formats
import JSONText
import Language
import Values

extension Stage {
  static let chart = Stage(
    Declaration(
      name: "chart",
      summary: """
        Draws bars: VALUE is the length for each LABEL. Of one argument: how many numbers are in each range, how many times in \
        each day or month, how often each text is there.
        """,
      parameters: [.init(name: "LABEL", shape: .any), .init(name: "VALUE", shape: .any, isOptional: true)],
      result: "null",
      examples: [
        .init(
          code: #"[{key: "a", n: 4}, {key: "b", n: 2}] | chart .key .n"#,
          output: "a  4  " + String(repeating: "#", count: 74) + "\nb  2  " + String(repeating: "#", count: 37))
      ])
  ) { call in
    let label = call.each(0)
    let value = call.positional.count > 1 ? call.each(1) : nil
    let (range, source) = call.place(value == nil ? 0 : 1)
    return .reduce { frame, stream throws(Fault) in
      var drawing = Drawing()
      var inner = frame
      let hasNext = (stream.hasNextPage, stream.total)
      while let page = try await stream.page() {
        try frame.run.checkInterrupt()
        for index in page.elements.indices {
          inner.take(page, index)
          do throws(Fault) {
            let length = if let value { try await value.run(&inner) } else { Value?.none }
            try drawing.add(try await label.run(&inner), length)
          } catch { throw error.placed(at: range, in: source).within("in chart, at \(page.elements[index].label)") }
        }
      }
      stream.close()
      let chart = try drawing.chart()
      try await Printer.showing(frame.run, format: .table) { printer throws(Fault) in
        try printer.draw(chart)
        if hasNext.0 { printer.notes.append(Session.nextPage(shown: drawing.count, of: hasNext.1?())) }
      }
      return .null
    }
  }

  /// The collected values of a chart.
  private struct Drawing {
    private var bars: [Chart.Bar] = []
    private var numbers: [Double] = []
    private var times: [Instant] = []
    private var labels: [String] = []
    /// The number of values.
    var count: Int { bars.count + numbers.count + times.count + labels.count }

    mutating func add(_ label: Value, _ length: Value?) throws(Fault) {
      try Size.check(elements: count + 1)
      switch (label, length) {
      case (_, .number(let number)?):
        bars.append(Chart.Bar(label: label.shownCell, length: try Arithmetic.double(number), text: number.text))
      case (_, let length?):
        throw Fault(
          .type, "chart draws numbers, not \(length.typeWithArticle)", nextStep: "chart .key .count, or chart .views")
      case (.number(let number), nil): numbers.append(try Arithmetic.double(number))
      case (.time(let time), nil): times.append(time)
      case (.string, nil), (.bool, nil), (.null, nil), (.resource, nil): labels.append(label.shownCell)
      case (_, nil):
        throw Fault(
          .type, "chart counts numbers, times and text, not \(label.typeWithArticle)", nextStep: "name a field of it")
      }
    }

    func chart() throws(Fault) -> Chart {
      let kinds = [numbers.isEmpty, times.isEmpty, labels.isEmpty].filter { !$0 }.count
      guard kinds < 2 else {
        throw Fault(.type, "chart has values of several types", nextStep: "keep one of them: where ...")
      }
      if !numbers.isEmpty { return Chart.histogram(of: numbers) }
      if !times.isEmpty { return Chart.timeline(of: times) }
      return labels.isEmpty ? Chart(bars) : Chart.counts(of: labels)
    }
  }
}

extension Printer {
  /// Draws a chart in the width of the terminal, or in 80 columns elsewhere.
  mutating func draw(_ chart: Chart) throws(Fault) {
    let isCut = output.isTerminal && chart.bars.count > Self.rowLimit
    let shown = isCut ? Chart(Array(chart.bars.prefix(Self.rowLimit))) : chart
    for line in shown.lines(width: output.isTerminal ? output.columns() : 80, isForTerminal: output.isTerminal) {
      try output.put(line: line)
    }
    if chart.bars.isEmpty, output.isTerminal { notes.append("0 rows") }
    if isCut { notes.append("\(Self.rowLimit) of \(chart.bars.count) bars; | take N chooses") }
  }
}
