import Glibc
import JSONText

/// Writes elements to a file: whole or not at all, by a temporary file that is renamed; or appended.
struct FileWriter {
  private let path: String
  private let format: FileFormat
  private let appends: Bool
  private let temporary: String
  private let file: FileDescriptor
  private var columns: [String]?
  private var isFirst = true
  private var pending: [UInt8] = []

  init(_ path: String, _ format: FileFormat, appends: Bool) throws(Fault) {
    guard !(appends && format == .json) else {
      throw Fault(.value, "a JSON array can't be appended to", nextStep: "write .ndjson instead")
    }
    self.path = path
    self.format = format
    self.appends = appends
    temporary = appends ? path : "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).part"
    file = try FileDescriptor.writing(temporary, appends: appends)
  }

  mutating func write(_ page: [Value]) throws(Fault) {
    for element in page { try write(element) }
    if pending.count > 1 << 18 { try flush() }
  }

  /// Makes the file what was written.
  mutating func finish() throws(Fault) {
    if format == .json { pending += Array((isFirst ? "[]\n" : "]\n").utf8) }
    try flush()
    try file.sync()
    guard unsafe appends || rename(temporary, path) == 0 else { throw FileDescriptor.failure("can't write \(path)") }
  }

  /// Leaves the file as it was.
  func abandon() { if !appends { unsafe unlink(temporary) } }

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
    if columns == nil {
      columns = row.names
      if !appends || !hasContent { pending += Array((CSV.line(row.names, separator: separator) + "\r\n").utf8) }
    }
    let names = columns ?? []
    if let extra = row.names.first(where: { !names.contains($0) }) {
      throw Fault(
        .value, "\(extra) is no column of \(path)", nextStep: "give all rows the same: | select .id .\(extra)")
    }
    pending += Array((CSV.line(names.map { row[$0]?.cell ?? "" }, separator: separator) + "\r\n").utf8)
  }

  private var hasContent: Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_size > 0
  }
}
