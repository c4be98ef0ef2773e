package import JSONText

/// A stream of the language: elements that the program reads only when a script uses them.
///
/// Each use of the stream opens it again, and sends its requests again.
public struct StreamValue: Sendable {
  package let open: @Sendable () async throws(Fault) -> ElementStream

  /// Whether the elements exist already, in a temporary file.
  package let isStored: Bool

  /// The number of stages through which the elements pass, together with the stages of the streams that these stages
  /// read.
  ///
  /// The value is 0 for the result of a command.
  let stages: Int

  /// A function that returns the JSON form of the stream; nil if the stream has no JSON form.
  ///
  /// To convert a stream without a JSON form, a script must first collect the elements.
  let json: (@Sendable () throws(Fault) -> JSONValue)?

  /// Creates a stream from a function that opens it.
  ///
  /// If the stream has a JSON form, the function `json` returns that form.
  package init(
    stages: Int = 0, _ open: @escaping @Sendable () async throws(Fault) -> ElementStream,
    json: (@Sendable () throws(Fault) -> JSONValue)? = nil
  ) {
    (self.open, self.stages, self.json, isStored) = (open, stages, json, false)
  }

  /// Creates a stream whose elements exist already, in a temporary file.
  package init(stored open: @escaping @Sendable () -> ElementStream) {
    (self.open, stages, json, isStored) = ({ () async throws(Fault) in open() }, 0, nil, true)
  }
}

extension Value {
  /// The maximum number of stages of a stream in this value.
  ///
  /// The property searches lists and records, but at most a few of their values.
  package var streamStages: Int {
    var (stages, rest) = (0, [self])
    var searched = 0
    while let value = rest.popLast(), searched < 64 {
      searched += 1
      switch value {
      case .stream(let stream): stages = max(stages, stream.stages)
      case .list(let elements): rest += elements.prefix(8) + elements.dropFirst(8).suffix(8)
      case .record(let record): rest += record.madeFields?.prefix(16).map(\.value) ?? []
      default: break
      }
    }
    return stages
  }
}

/// The result of the command `index`: one page of resources, with its pagination.
///
/// Pipelines and loops use a page like a list.
public struct PageValue: Sendable {
  package var items: [Value]
  package var pagination: Value
  package var meta: Value
  package var links: Value
  /// Whether the service has another page after this page.
  package var hasNext: Bool
  /// The number of resources in all pages; nil if the service does not count them.
  package var total: Int? {
    guard case .record(let record) = pagination, case .number(let number)? = record["total-size"] else { return nil }
    return number.integer
  }

  /// Creates a page.
  package init(items: [Value], pagination: Value, meta: Value, links: Value, hasNext: Bool) {
    self.items = items
    self.pagination = pagination
    self.meta = meta
    self.links = links
    self.hasNext = hasNext
  }
}
