/// The screen of a simulated terminal, which draws the bytes that a program sends.
///
/// The terminal supports the part of ECMA-48 that programs use with `TERM=xterm`.
struct ScreenCells {
  /// The content of one position on the screen.
  struct Cell: Equatable {
    var text = " "
    /// The SGR parameters of the text, such as `0;31`; empty for the default style.
    var look = ""
  }

  private let columns: Int
  private let rows: Int
  private(set) var cells: [[Cell]]
  private(set) var cursor = (row: 0, column: 0)
  /// Whether the next character begins a new line, because the character before it filled the last column.
  private var isWrapping = false
  private var look = ""
  /// The received bytes of an escape sequence or character that is not yet complete.
  private var rest: [UInt8] = []
  /// The received escape sequences that this terminal does not support.
  private(set) var strangers: [String] = []
  /// The number of received escape sequences.
  private(set) var escapes = 0
  /// The number of received bells (Ctrl-G).
  private(set) var bells = 0

  init(columns: Int, rows: Int) {
    (self.columns, self.rows) = (columns, rows)
    cells = Array(repeating: Array(repeating: Cell(), count: columns), count: rows)
  }

  /// The text of each line, without spaces at the end.
  var lines: [String] {
    cells.map { row in
      var text = row.map(\.text).joined()
      while text.hasSuffix(" ") { text.removeLast() }
      return text
    }
  }

  /// Returns the style of each character at the first place that shows a text; nil if no line shows the text.
  func looks(of text: String) -> [String]? {
    for row in cells {
      let line = row.map { $0.text.isEmpty ? "\u{0}" : $0.text }
      let wanted = text.map(String.init)
      let shown = line.indices.filter { line[$0] != "\u{0}" }
      for start in shown.indices where start + wanted.count <= shown.count {
        let places = shown[start..<start + wanted.count]
        if places.map({ line[$0] }) == wanted { return places.map { row[$0].look } }
      }
    }
    return nil
  }

  /// Draws the bytes that a program sent.
  mutating func draw(_ bytes: [UInt8]) {
    var pending = (rest + bytes)[...]
    rest = []
    while let first = pending.first {
      guard let length = first == 0x1B ? Self.sequence(pending) : Self.character(pending) else {
        rest = Array(pending)
        return
      }
      let piece = pending.prefix(length)
      pending = pending.dropFirst(length)
      if first == 0x1B { escapes += 1 }
      if first == 0x1B { obey(String(decoding: piece.dropFirst(), as: UTF8.self)) } else { show(piece) }
    }
  }

  private static func character(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.first else { return nil }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
    return bytes.count < length ? nil : length
  }

  /// Returns the length in bytes of the escape sequence at the beginning; nil if the sequence is not complete.
  ///
  /// A CSI sequence extends to its final byte, and an OSC sequence extends to BEL.
  private static func sequence(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let second = bytes.dropFirst().first else { return nil }
    let end: Int?
    switch second {
    case UInt8(ascii: "["): end = bytes.dropFirst(2).firstIndex { (0x40...0x7E).contains($0) }
    case UInt8(ascii: "]"): end = bytes.firstIndex(of: 0x07)
    case UInt8(ascii: "("): end = bytes.count > 2 ? bytes.startIndex + 2 : nil
    default: end = bytes.startIndex + 1
    }
    return end.map { $0 - bytes.startIndex + 1 }
  }

  private mutating func show(_ bytes: ArraySlice<UInt8>) {
    switch bytes.first {
    case 0x07: bells += 1
    case 0x08:
      cursor.column = max(0, cursor.column - 1)
      isWrapping = false
    case 0x09: cursor.column = min(columns - 1, (cursor.column / 8 + 1) * 8)
    case 0x0A: feedLine()
    case 0x0D:
      cursor.column = 0
      isWrapping = false
    default: put(String(decoding: bytes, as: UTF8.self))
    }
  }

  private mutating func put(_ text: String) {
    let width = text.unicodeScalars.first.map(Self.width) ?? 0
    guard width > 0 else {
      cells[cursor.row][max(0, cursor.column - (isWrapping ? 0 : 1))].text += text
      return
    }
    if isWrapping || cursor.column + width > columns {
      cursor.column = 0
      isWrapping = false
      feedLine()
    }
    cells[cursor.row][cursor.column] = Cell(text: text, look: look)
    if width == 2 { cells[cursor.row][cursor.column + 1] = Cell(text: "", look: look) }
    cursor.column += width
    if cursor.column >= columns {
      cursor.column = columns - 1
      isWrapping = true
    }
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    let isWide = scalar.properties.isEmojiPresentation || (0x1100...0x115F).contains(scalar.value)
    return isWide || (0x2E80...0xA4CF).contains(scalar.value) || (0xAC00...0xD7A3).contains(scalar.value) ? 2 : 1
  }

  private mutating func feedLine() {
    isWrapping = false
    if cursor.row < rows - 1 {
      cursor.row += 1
    } else {
      cells.removeFirst()
      cells.append(Array(repeating: Cell(), count: columns))
    }
  }

  private mutating func obey(_ sequence: String) {
    guard sequence.hasPrefix("["), let final = sequence.last else {
      if sequence == "M" { cursor.row = max(0, cursor.row - 1) }
      return
    }
    let parameters = String(sequence.dropFirst().dropLast())
    let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    let first = numbers.first ?? 0
    switch final {
    case "m": look = parameters == "0" || parameters.isEmpty ? "" : parameters
    case "h", "l", "?", "n", "t": return
    case "A": move(to: cursor.row - max(1, first), cursor.column)
    case "B": move(to: cursor.row + max(1, first), cursor.column)
    case "C": move(to: cursor.row, cursor.column + max(1, first))
    case "D": move(to: cursor.row, cursor.column - max(1, first))
    case "G": move(to: cursor.row, max(1, first) - 1)
    case "H": move(to: max(1, first) - 1, max(1, numbers.count > 1 ? numbers[1] : 1) - 1)
    default: change(final, first)
    }
  }

  private mutating func move(to row: Int, _ column: Int) {
    cursor = (min(max(0, row), rows - 1), min(max(0, column), columns - 1))
    isWrapping = false
  }

  private mutating func change(_ final: Character, _ count: Int) {
    let (row, column) = cursor
    let blank = Cell()
    switch final {
    case "J" where count == 3: return
    case "J":
      for index in cells.indices where count == 2 || index > row { cells[index] = cells[index].map { _ in blank } }
      if count != 2 { fallthrough }
    case "K": for index in column..<columns { cells[row][index] = blank }
    case "P":
      cells[row].removeSubrange(column..<min(columns, column + max(1, count)))
      while cells[row].count < columns { cells[row].append(blank) }
    case "@":
      cells[row].insert(contentsOf: Array(repeating: blank, count: max(1, count)), at: column)
      cells[row].removeLast(cells[row].count - columns)
    default: strangers.append("[\(count)\(final)")
    }
  }
}
