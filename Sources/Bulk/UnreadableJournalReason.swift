import JSONText

/// The reason why a file can't be read as a journal.
public enum UnreadableJournalReason: Sendable, Equatable {
  /// The file is compressed. The value is the program that decompresses it with the options `-dc`.
  case compressed(String)
  /// The file is UTF-16, as some editors and shells write it.
  case utf16
  /// The file begins with a byte order mark.
  case byteOrderMark
  /// The lines end in CR LF, or in CR.
  case carriageReturns
  /// The journal has a version of the format that this program can't read.
  case version(Int)
  /// The first line is incomplete, so the earlier run sent nothing.
  case torn
  /// The first line is not a journal header.
  case other

  /// The reason as a clause about the file: `it is compressed with gzip`.
  var text: String {
    switch self {
    case .compressed(let program): "it is compressed with \(program)"
    case .utf16: "its encoding is UTF-16"
    case .byteOrderMark: "it begins with a byte order mark, which an editor added"
    case .carriageReturns: "its lines end in CR, which an editor or a transfer added"
    case .version(let version): "its format has version \(version)"
    case .torn: "its first line is incomplete, so the earlier run sent no changes"
    case .other: "its first line is not the header of a journal"
    }
  }

  /// Returns the next step for the user, such as a command that restores the journal.
  ///
  /// The names of the file and of its copy must already be quoted for a shell.
  func nextStep(_ file: String, _ copy: String) -> String {
    switch self {
    case .compressed(let program): "unpack the file and use the copy: \(program) -dc \(file) > \(copy)"
    case .utf16: "convert the file to UTF-8 and use the copy: iconv -f utf-16 -t utf-8 \(file) > \(copy)"
    case .byteOrderMark: "remove the mark and use the copy: tail -c +4 \(file) > \(copy)"
    case .carriageReturns: "convert the line ends and use the copy: tr -s '\\r' '\\n' < \(file) > \(copy)"
    case .version: "use the version of retort that wrote the journal"
    case .torn: "run the statement again with this file: the run starts from the beginning"
    case .other: "use the journal of this statement, or a new file: journal: \"FILE.journal\""
    }
  }
}

/// The diagnosis for a file that can't be read as a journal.
struct UnreadableJournalDiagnosis {
  /// The reason why the file can't be read; `other` if no special reason was found.
  private(set) var form = UnreadableJournalReason.other
  /// The number of changes that the readable lines record.
  private(set) var recorded = 0

  /// Reads a file, and finds the reason why it is not a readable journal.
  init(_ file: LockedFile) throws(JournalError) {
    var (identities, isFirst): (Set<StableHash>, Bool) = ([], true)
    try file.forEachLine { line, _ in
      if isFirst, let found = Self.form(ofFirst: line) { form = found }
      if form == .other, line.last == 0x0D { form = .carriageReturns }
      isFirst = false
      for part in line.split(separator: 0x0D) {
        let text = part.filter { $0 != 0 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }
        let object = (try? JSONValue(parsing: Array(text)))?.objectValue
        if let intent = object?["intent"]?.stringValue { identities.insert(StableHash(intent)) }
        if form == .other, let version = object?["retort-journal"]?.numberValue?.integer,
          !JournalHeader.versions.contains(version)
        {
          form = .version(version)
        }
      }
    }
    recorded = identities.count
  }

  /// Returns the reason why the file is not a readable journal, judged by its first line; nil if the line shows no
  /// reason.
  private static func form(ofFirst line: ArraySlice<UInt8>) -> UnreadableJournalReason? {
    let magic: [(bytes: [UInt8], form: UnreadableJournalReason)] = [
      ([0x1F, 0x8B], .compressed("gzip")), ([0x42, 0x5A, 0x68], .compressed("bzip2")),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A], .compressed("xz")), ([0x28, 0xB5, 0x2F, 0xFD], .compressed("zstd")),
      ([0xFF, 0xFE], .utf16), ([0xFE, 0xFF], .utf16), ([0xEF, 0xBB, 0xBF], .byteOrderMark),
    ]
    if let known = magic.first(where: { line.starts(with: $0.bytes) }) { return known.form }
    return line.contains(0x0D) ? .carriageReturns : nil
  }
}
