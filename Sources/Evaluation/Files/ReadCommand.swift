import Synchronization
import Language
import Values
import Formats

extension BuiltInCommand {
  static let read = BuiltInCommand(
    CommandDeclaration(
      name: "read",
      summary: """
        Reads the records of a file, or the lines of a txt file. The formats are \(FileFormat.list). The file "-" is \
        standard input.
        """,
      parameters: [.init(name: "FILE", shape: .string)],
      options: [
        .init(
          name: "as", shape: .string, fallback: "the suffix of FILE",
          summary: "the format of the file: \(FileFormat.list)",
          words: FileFormat.allCases.map(\.rawValue)),
        .init(
          name: "separator", shape: .string, fallback: "\",\"",
          summary: "the character between the cells of a csv file",
          words: CSVSeparator.csv.map(\.rawValue)),
      ],
      result: "stream of records")
  ) { arguments, frame throws(Fault) in
    guard case .string(let path) = arguments.value(0) else {
      throw Fault(.type, "read needs a path as a string, not \(arguments.value(0).typeWithArticle)")
    }
    let format = try FileFormat(path: path, named: try arguments.string("as"))
    let separator = try arguments.string("separator").map { text throws(Fault) in try CSVSeparator(text, format) }
    let session = frame.run.session
    session.prepareRead(of: path)
    return .stream(
      StreamValue { () async throws(Fault) in
        do throws(Fault) {
          try session.takeIfReadOnce(path)
          session.recordRead(of: path)
          var reader = ReadAhead(try FileReader(path, format, separator: separator))
          return ElementStream { () async throws(Fault) in
            do throws(Fault) { return try await reader.next() } catch {
              throw error.placed(at: arguments.range, in: arguments.source)
            }
          }
        } catch { throw error.placed(at: arguments.range, in: arguments.source) }
      })
  }
}

extension Session {
  /// Records that a statement reads a file.
  func recordRead(of path: String) {
    guard let target = try? TextFile.target(of: path) else { return }
    state.withLock { $0.readCounts[target, default: 0] += 1 }
  }

  /// Returns how often statements have read a file; all symbolic links in the path `target` must be resolved.
  func readCount(of target: String) -> Int { state.withLock { $0.readCounts[target] ?? 0 } }
}

extension BuiltInStage {
  static let write = BuiltInStage(
    CommandDeclaration(
      name: "write",
      summary: """
        Writes the elements to a file, and passes the elements to the next stage. If the file exists, its content is \
        replaced. If an error occurs, the file stays unchanged.
        """,
      parameters: [.init(name: "FILE", shape: .string)],
      options: [
        .init(
          name: "as", shape: .string, fallback: "the suffix of FILE",
          summary: "the format of the file: \(FileFormat.list)",
          words: FileFormat.allCases.map(\.rawValue)),
        .init(
          name: "append", shape: .boolean, fallback: "false",
          summary: "with true, the file keeps its content, and the elements are added after it"),
        .init(
          name: "new", shape: .boolean, fallback: "false",
          summary: "with true, the statement fails if the file exists"),
      ], effect: .writes, result: "elements", names: .kept)
  ) { call in
    let path = call.once(0)
    let format = call.option("as").map { format in call.compiler.withElement(false) { call.compiler.code(format) } }
    let append = call.option("append").map { append in call.compiler.withElement(false) { call.compiler.code(append) } }
    let new = call.option("new").map { new in call.compiler.withElement(false) { call.compiler.code(new) } }
    let (range, source) = call.place(0)
    return .sink { frame throws(Fault) in
      do throws(Fault) {
        guard case .string(let path) = try await path.run(&frame) else {
          throw Fault(.type, "write needs a path as a string")
        }
        let word = try await format?.run(&frame).exactText()
        let appends = try await append?.run(&frame).condition("append:") ?? false
        let isNew = try await new?.run(&frame).condition("new:") ?? false
        let format = try FileFormat(path: path, named: word)
        try frame.run.files.claim(path, for: "write")
        try AtomicFile.check(path, appends: appends, isNew: isNew)
        return { frame, stream, keepsFlow throws(Fault) in
          do throws(Fault) {
            let session = frame.run.session
            let isSkipped = session.options.isOffline && FileDescriptor.standard(path) == nil
            var writer = try FileWriter(isSkipped ? "/dev/null" : path, format, appends: appends, isNew: isNew)
            let flow = try await writer.take(&stream, format, frame.run, keepsFlow: keepsFlow)
            if isSkipped { session.note("wrote nothing to \(path), because of --offline") }
            if writer.hasEndedLine { session.note("\(path): the last line had no line end, so it may be incomplete") }
            if path != "-", !isSkipped { session.note("wrote \(writer.count) to \(path)") }
            return keepsFlow ? .buffer(flow) : .value(.null, names: [])
          } catch { throw error.placed(at: range, in: source) }
        }
      } catch { throw error.placed(at: range, in: source) }
    }
  }
}

extension FileWriter {
  /// Writes all elements of a stream to the file.
  ///
  /// If `keepsFlow` is true, the function returns the elements for the next stage.
  ///
  /// - Throws: An error of the stream or of the file. After an error, the file is unchanged.
  fileprivate mutating func take(
    _ stream: inout ElementStream, _ format: FileFormat, _ run: StatementContext, keepsFlow: Bool
  ) async throws(Fault) -> SpillingElementBuffer {
    var flow = SpillingElementBuffer(limit: SpillingElementBuffer.resultLimit)
    do throws(Fault) {
      while let page = try await stream.page() {
        try write(page.elements)
        if format != .txt { run.session.noteNotLoaded(in: page.elements, "not in the file") }
        if keepsFlow { try flow.add(page) }
      }
      try finish()
      return flow
    } catch {
      abandon()
      throw error
    }
  }
}
