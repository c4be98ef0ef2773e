import Formats
import JSONText
import Language
import Values

extension BuiltInCommand {
  static let diff = BuiltInCommand(
    CommandDeclaration(
      name: "diff",
      summary: """
        Compares two lists or streams. Returns a record {key, change, fields} for each element that differs. In this \
        record, the value of change is "added" if only B has the element, "removed" if only A has it, and otherwise \
        "changed". The value of fields contains the old and the new value of each field that differs. A resource is \
        compared by its id, its attributes and its relationships, also inside a field.
        """,
      parameters: [.init(name: "A", shape: .any), .init(name: "B", shape: .any)],
      options: [
        .init(
          name: "key", shape: .path, summary: "the field that identifies an element in A and in B, such as .id",
          isRequired: true)
      ], result: "list of records",
      examples: [
        .init(
          code: #"diff [{id: 1, n: 1}, {id: 2, n: 2}] [{id: 1, n: 5}, {id: 3, n: 3}] key: .id | select .key .change"#,
          output: """
            {"key":1,"change":"changed"}
            {"key":2,"change":"removed"}
            {"key":3,"change":"added"}
            diff: 1 added, 1 removed, 1 changed, 0 same
            """)
      ])
  ) { arguments, frame throws(Fault) in
    guard let key = arguments["key"]?.code else { return .null }
    let keyText = arguments["key"].map { arguments.source.text($0.range) } ?? "it"
    var sides: [DiffSide] = []
    for (index, name) in ["the first argument", "the second argument"].enumerated() {
      do throws(Fault) {
        sides.append(try await DiffSide(name, arguments.value(index), key, keyText, &frame))
      } catch { throw error.placed(at: arguments.range(index), in: arguments.source) }
    }
    let (differences, text) = try await sides[0].compared(with: sides[1])
    frame.run.session.note("diff: \(text)")
    return try Value.list(differences).limitedInDepth()
  }
}

/// One of the two inputs of `diff`.
///
/// The type stores the elements, in a temporary file if there are many. In memory, it stores the key and the
/// `DiffElementDigest` of each element.
private struct DiffSide {
  private var elements = SpillingElementBuffer()
  private var digests: [EqualityKey: DiffElementDigest] = [:]
  private var keys: [(key: EqualityKey, value: Value)] = []
  /// The source text of the option `key:`, such as `.id`.
  private let text: String

  /// Reads an input to its end, and stores its elements.
  ///
  /// - Throws: An error for an element without a key, and for two elements with the same key.
  init(
    _ name: String, _ value: Value, _ key: CompiledExpression, _ text: String, _ frame: inout ExecutionFrame
  ) async throws(Fault) {
    self.text = text
    var stream = try await Self.spread(value, frame.run.session.progress)
    let outer = frame.element
    defer { frame.element = outer }
    while let page = try await stream.next() {
      for element in page {
        frame.element = element
        do throws(Fault) { try add(element, key: try await key.run(&frame)) } catch {
          throw error.within("in diff, at the element \(element.label) of \(name)")
        }
      }
      try elements.add(page)
    }
  }

  private static func spread(_ value: Value, _ progress: SessionProgressDisplay) async throws(Fault) -> ElementStream {
    switch value {
    case .list, .page, .stream, .range: return try await PipelineRun.spread(value, progress)
    default:
      throw Fault(
        .type, "diff needs two lists or streams, not \(value.typeWithArticle)",
        nextStep: "diff [...] (stream posts) key: .id")
    }
  }

  private mutating func add(_ element: Value, key value: Value) throws(Fault) {
    guard !value.isNull else {
      throw Fault(
        .value, "the key of an element is null", nextStep: "to omit the elements with null: | where \(text) != null")
    }
    let key = try Comparison.key(of: value)
    guard digests.updateValue(try DiffElementDigest(element.row), forKey: key) == nil else {
      throw Fault(
        .value, "the key \(value.label) occurs twice",
        nextStep: "keep only the first element with each key: | unique \(text)")
    }
    keys.append((key, value))
  }

  /// Returns the differences between this input and the other input, and their counts as text.
  ///
  /// First come the changed and removed elements, in the order of this input. Then come the elements that only the
  /// other input contains.
  func compared(with other: DiffSide) async throws(Fault) -> (differences: [Value], text: String) {
    var (theirs, added, same) = ([EqualityKey: Value](), [Value](), 0)
    try await other.each { key, value, element throws(Fault) in
      switch digests[key] {
      case nil: added.append(try Self.difference(value, "added", Record([]), element.row))
      case other.digests[key]: same += 1
      default: theirs[key] = element
      }
    }
    var (differences, removed) = ([Value](), 0)
    try await each { key, value, element throws(Fault) in
      if let changed = theirs[key] {
        differences.append(try Self.difference(value, "changed", element.row, changed.row))
      } else if other.digests[key] == nil {
        removed += 1
        differences.append(try Self.difference(value, "removed", element.row, Record([])))
      }
    }
    return (
      differences + added, "\(added.count) added, \(removed) removed, \(theirs.count) changed, \(same) same"
    )
  }

  private func each(_ body: (EqualityKey, Value, Value) throws(Fault) -> Void) async throws(Fault) {
    var stream = elements.elements()
    var position = 0
    while let page = try await stream.next() {
      for element in page {
        try body(keys[position].key, keys[position].value, element)
        position += 1
      }
    }
  }

  /// Returns a difference as the record `{key, change, fields}`.
  ///
  /// `fields` has an entry for each field that differs, with the old value as `from` and the new value as `to`. If the
  /// change is `changed`, an added field has no `from`, and a removed field has no `to`.
  private static func difference(
    _ key: Value, _ change: String, _ old: Record, _ new: Record
  ) throws(Fault) -> Value {
    var fields: [Record.Field] = []
    for name in old.names + new.names.filter({ old[$0] == nil }) {
      let (from, to) = (old[name], new[name])
      if let from, let to, try Comparison.contentKey(of: from) == Comparison.contentKey(of: to) { continue }
      // In a changed element, a removed field has no `to`, and an added field has no `from`. In an added element, each
      // `from` is null. In a removed element, each `to` is null.
      let isPart = change == "changed"
      let values = [("from", from), ("to", to)].compactMap { side, value in
        value == nil && isPart ? nil : (name: side, value: value ?? .null)
      }
      fields.append((name, .record(Record(values))))
    }
    return .record(Record([("key", key), ("change", .string(change)), ("fields", .record(Record(fields)))]))
  }
}

/// A 128-bit hash of an element, with which `diff` compares two elements that have the same key.
///
/// If the digests of both elements are equal, `diff` counts the element as the same. Digests are small, so that `diff`
/// need not keep the elements in memory.
private struct DiffElementDigest: Equatable {
  private var first: Int
  private var second: Int

  init(_ record: Record) throws(Fault) {
    let text = try Comparison.contentKey(of: .record(record))
    var hashers = (Hasher(), Hasher())
    hashers.0.combine(text)
    hashers.1.combine(1)
    hashers.1.combine(text)
    (first, second) = (hashers.0.finalize(), hashers.1.finalize())
  }
}
