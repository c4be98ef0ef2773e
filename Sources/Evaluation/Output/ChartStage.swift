import Formats
import JSONText
import Language
import Values

extension BuiltInStage {
  static let chart = BuiltInStage(
    CommandDeclaration(
      name: "chart",
      summary: """
        Draws a bar for each element. LABEL is the label of the bar, and VALUE is the length of the bar. Without \
        VALUE, the stage puts equal or similar values of LABEL into groups, and draws a bar for each group. The length \
        of the bar is then the number of elements in the group. A group is a range of numbers or durations, a period \
        such as a day, or a text. If the values of LABEL are numbers, durations or times, a null has no bar, and a \
        note counts the nulls. VALUE must be a number or a duration. At a terminal, the chart has at most 100 bars.
        """,
      parameters: [.init(name: "LABEL", shape: .any), .init(name: "VALUE", shape: .any, isOptional: true)],
      result: "null",
      examples: [
        .init(
          code: #"[{key: "a", n: 4}, {key: "b", n: 2}] | chart .key .n"#,
          output: "a  4  " + String(repeating: "#", count: 72) + "\nb  2  " + String(repeating: "#", count: 36))
      ], givesNothing: true, names: .read)
  ) { call in
    let label = call.key(0)
    let value = call.positional.count > 1 ? call.key(1) : nil
    let (range, source) = call.place(value == nil ? 0 : 1)
    let field = call.positional.last?.path
    return .reduce { frame, stream throws(Fault) in
      var values = ChartValues(field: field)
      var inner = frame
      let hasNext = (stream.hasNextPage, stream.total)
      if let shown = frame.run.shown { stream = shown.keeping(stream) }
      while let page = try await stream.page() {
        for index in page.elements.indices {
          inner.take(page, index)
          do throws(Fault) {
            let length = if let value { try await value.run(&inner) } else { Value?.none }
            try values.add(try await label.run(&inner), length)
          } catch {
            throw error.placed(at: range, in: source).within(
              "in the stage `chart`, at the element \(page.elements[index].label)")
          }
        }
      }
      stream.close()
      let chart = try values.chart()
      try await ResultPrinter.showing(frame.run, format: .table) { printer throws(Fault) in
        try printer.draw(chart)
        if values.leavesOutNulls {
          printer.notes.append("chart: \(values.nulls) \(values.nulls == 1 ? "null is" : "nulls are") not drawn")
        }
        if hasNext.0 { printer.notes.append(Session.nextPage(shown: values.count, of: hasNext.1?())) }
      }
      return .null
    }
  }

  /// The values that a chart shows.
  private struct ChartValues {
    /// The path of the drawn field; nil if the values come from another expression.
    let field: String?
    private var bars: [Chart.Bar] = []
    private var numbers: [JSONNumber] = []
    private var durations: [JSONNumber] = []
    private var times: [Instant] = []
    private var labels: [String] = []
    private(set) var nulls = 0

    init(field: String?) { self.field = field }

    /// The number of values.
    var count: Int { bars.count + numbers.count + durations.count + times.count + labels.count + nulls }

    /// Whether the chart leaves out nulls, because the other values are numbers, durations or times.
    var leavesOutNulls: Bool { nulls > 0 && !(numbers.isEmpty && durations.isEmpty && times.isEmpty) }

    mutating func add(_ label: Value, _ length: Value?) throws(Fault) {
      try SizeLimits.check(elements: count + 1)
      if let length { return bars.append(try bar(label, length)) }
      switch label {
      case .number(let number): numbers.append(number)
      case .duration(let duration): durations.append(duration.inSeconds)
      case .time(let time): times.append(time)
      case .null: nulls += 1
      case .string, .bool, .resource: labels.append(label.shownCell)
      default:
        throw Fault(
          .type, "chart counts numbers, durations, times and text, not \(label.typeWithArticle)",
          nextStep: "chart one of its fields: chart .FIELD")
      }
    }

    private func bar(_ label: Value, _ length: Value) throws(Fault) -> Chart.Bar {
      switch length {
      case .number(let number):
        return Chart.Bar(label: label.shownCell, length: try Arithmetic.double(number), text: number.text)
      case .duration(let duration):
        return Chart.Bar(label: label.shownCell, length: duration / .seconds(1), text: duration.shown)
      case .null:
        throw Fault(
          .type, "chart draws numbers, not null",
          nextStep: "to omit the elements with null: | where \(field.map { ".\($0)" } ?? "it.FIELD") != null")
      default: throw Fault(.type, "chart draws numbers and durations, not \(length.typeWithArticle)")
      }
    }

    func chart() throws(Fault) -> Chart {
      let kinds = [numbers.isEmpty, durations.isEmpty, times.isEmpty, labels.isEmpty].filter { !$0 }.count
      guard kinds < 2 else {
        throw Fault(
          .type, "chart has values of several types",
          nextStep: "count the values as text: | map string(\(field.map { ".\($0)" } ?? "it")) | chart it")
      }
      if !numbers.isEmpty { return try Chart.histogram(of: numbers) }
      if !durations.isEmpty { return try Chart.histogram(of: durations, unit: " s") }
      if !times.isEmpty { return Chart.timeline(of: times) }
      return bars.isEmpty
        ? Chart.counts(of: labels + Array(repeating: Value.null.shownCell, count: nulls)) : Chart(bars)
    }
  }
}

extension ResultPrinter {
  /// Draws a chart in the width of the terminal; without a terminal, the width is 78 columns.
  ///
  /// With its margin of two spaces, a page of `help` then shows a chart in 80 columns.
  mutating func draw(_ chart: Chart) throws(Fault) {
    let isCut = output.isTerminal && chart.bars.count > Self.rowLimit
    let shown = isCut ? Chart(Array(chart.bars.prefix(Self.rowLimit))) : chart
    for line in shown.lines(width: output.isTerminal ? output.columns() : 78, isForTerminal: output.isTerminal) {
      try output.put(line: line)
    }
    if chart.bars.isEmpty, output.isTerminal { notes.append("0 rows") }
    if isCut { notes.append("\(Self.rowLimit) of \(chart.bars.count) bars; for fewer bars, use | take N") }
  }
}
