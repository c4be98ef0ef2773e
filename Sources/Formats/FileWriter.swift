import JSONText
package import Values

/// Writes elements to a file in its format; it takes its place, or is appended, whole or not at all.
package struct FileWriter {
  private let path: String
  private let format: FileFormat
  private let file: WrittenFile
  private var columns: [String]?
  private var isFirst = true
  private var pending: [UInt8] = []

  package init(_ path: String, _ format: FileFormat, appends: Bool) throws(Fault) {
    guard !(appends && format == .json) else {
      throw Fault(.value, "a JSON array can't be appended to", nextStep: "write .ndjson instead")
    }
    self.path = path
    self.format = format
    if appends { columns = try Self.header(path, format) }
    file = try WrittenFile(path, appends: appends)
  }

  package mutating func write(_ page: [Value]) throws(Fault) {
    for element in page { try write(element) }
    if pending.count > 1 << 18 { try flush() }
  }

  /// Makes the file what was written.
  package mutating func finish() throws(Fault) {
    if format == .json { pending += Array((isFirst ? "[]\n" : "]\n").utf8) }
    try flush()
    try file.finish { hasContent throws(Fault) in try opening(hasContent) }
  }

  /// Leaves the file as it was.
  package func abandon() { file.abandon() }

  private mutating func flush() throws(Fault) {
    try file.write(pending)
    pending = []
  }

  private mutating func write(_ element: Value) throws(Fault) {
    switch format {
    case .ndjson:
      try element.json().encode(into: &pending)
      pending.append(UInt8(ascii: "\n"))
    case .json:
      pending.append(UInt8(ascii: isFirst ? "[" : ","))
      try element.json().encode(into: &pending)
    case .txt: pending += Array((try element.interpolated() + "\n").utf8)
    case .csv: try row(element, ",")
    case .tsv: try row(element, "\t")
    }
    isFirst = false
  }

  private mutating func row(_ element: Value, _ separator: Character) throws(Fault) {
    let row = element.row
    let names = columns ?? row.names
    if columns == nil {
      columns = names
      if !file.isAppended { pending += headerLine }
    }
    if let extra = row.names.first(where: { !names.contains($0) }) {
      throw Fault(
        .value, "\(extra) is no column of \(path)",
        nextStep: "its columns are \(names.joined(separator: ", ")): | select says which a row has")
    }
    pending += Array((CSV.line(names.map { row[$0]?.cell ?? "" }, separator: separator) + "\r\n").utf8)
  }

  private var headerLine: [UInt8] {
    columns.map { Array((CSV.line($0, separator: format == .csv ? "," : "\t") + "\r\n").utf8) } ?? []
  }

  /// What comes before appended rows: the columns where the file is new; what is there must have the same.
  private func opening(_ hasContent: Bool) throws(Fault) -> [UInt8] {
    guard hasContent, let columns, let header = try Self.header(path, format) else { return headerLine }
    guard header == columns else {
      throw Fault(.file, "\(path) has other columns since a moment ago: \(header.joined(separator: ", "))")
    }
    return []
  }

  /// The columns that a csv or tsv file has; nil where there is none yet.
  private static func header(_ path: String, _ format: FileFormat) throws(Fault) -> [String]? {
    guard format == .csv || format == .tsv, FileDescriptor.isFile(path) else { return nil }
    var reader = try FileReader(path, format)
    return try reader.header()
  }
}
