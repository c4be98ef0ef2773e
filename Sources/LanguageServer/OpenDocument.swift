import Evaluation
import JSONText
import Language

/// A text that is open in the editor, with its errors and warnings.
struct OpenDocument {
  let uri: String
  private(set) var version: JSONValue
  private(set) var map: PositionMap
  /// The interpreter that completes words in the text, and knows the definitions in the text.
  let interpreter: Interpreter
  /// The errors and warnings in this version of the text.
  private(set) var report: Interpreter.CheckReport

  /// The text of the document.
  var source: SourceText { map.source }

  init(uri: String, version: JSONValue, text: String, session: Session, encoding: PositionMap.PositionEncoding) {
    self.uri = uri
    self.version = version
    interpreter = Interpreter(session)
    map = PositionMap(source: SourceText(name: FileURI.path(of: uri) ?? uri, text: text), encoding: encoding)
    report = interpreter.examine(map.source)
  }

  /// Applies the changes from a notification of the editor, one after another.
  ///
  /// - Returns: Whether the function could apply every change.
  mutating func apply(_ changes: JSONArray, version: JSONValue) -> Bool {
    var (map, isComplete) = (map, true)
    for change in changes {
      guard let text = change["text"]?.stringValue else {
        isComplete = false
        continue
      }
      guard let range = change["range"], !range.isNull else {
        map = replaced(text)
        continue
      }
      guard let start = map.offset(range["start"]), let end = map.offset(range["end"]), start <= end else {
        isComplete = false
        continue
      }
      let bytes = map.source.bytes
      map = replaced(String(decoding: bytes[..<start] + Array(text.utf8) + bytes[end...], as: UTF8.self))
      self.map = map
    }
    self.map = map
    self.version = version
    report = interpreter.examine(map.source)
    return isComplete
  }

  private func replaced(_ text: String) -> PositionMap {
    PositionMap(source: SourceText(name: map.source.name, text: text), encoding: map.encoding)
  }

  /// The parameters of `textDocument/publishDiagnostics`.
  var diagnostics: JSONValue {
    var params: JSONObject = ["uri": .string(uri)]
    if !version.isNull { params["version"] = version }
    params["diagnostics"] = .array(JSONArray(report.diagnostics.map { json($0.diagnostic, in: $0.source) }))
    return .object(params)
  }

  /// Converts a finding to JSON.
  ///
  /// A finding in an included file appears at the path that includes the file. If this text does not contain the path,
  /// the finding appears at the start of the text.
  private func json(_ diagnostic: Diagnostic, in other: SourceText) -> JSONValue {
    let isOwn = other === source || other.name == source.name
    let place = other.place(of: diagnostic.range.lower)
    let message = isOwn ? diagnostic.message : "\(other.name):\(place.line):\(place.column): \(diagnostic.message)"
    let inclusion = report.inclusions.first { $0.file.isSame(as: other.name) }
    let range = isOwn ? diagnostic.range : inclusion?.range ?? SourceRange(0, 0)
    return [
      "range": map.range(range), "severity": diagnostic.severity == .error ? 1 : 2, "source": "retort",
      "message": .string(message + (diagnostic.nextStep.map { "\n= \($0)" } ?? "")),
    ]
  }

  /// The paths of the files that the text includes with the command `source`, with the source range of each path.
  var includes: [(path: String, range: SourceRange)] {
    Parser.parse(source).program.statements.compactMap { statement in
      guard case .source(let path, let range) = statement.kind else { return nil }
      return (path, range)
    }
  }
}

/// Converts between the path of a file and its `file:` URI (RFC 8089).
enum FileURI {
  /// Returns the path of a `file:` URI; nil for a URI with another scheme.
  static func path(of uri: String) -> String? {
    guard uri.hasPrefix("file://") else { return nil }
    let rest = uri.dropFirst(7)
    guard let slash = rest.firstIndex(of: "/") else { return nil }
    return String(validating: rest[slash...].percentDecoded, as: UTF8.self)
  }

  /// Returns the `file:` URI of a path.
  static func uri(of path: String) -> String {
    "file://"
      + path.utf8.map { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E: String(UnicodeScalar(byte))
        default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
      }.joined()
  }
}
