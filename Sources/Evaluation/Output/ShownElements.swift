import Synchronization
import Values

/// Keeps the elements that output stages, such as `table`, show in a statement at the prompt; these elements become the
/// value of `_`.
final class ShownElements: Sendable {
  private let elements = Mutex<[Value]>([])
  /// The maximum number of kept elements.
  private static let limit = 10_000

  /// The elements as a list; null if nothing was shown.
  var value: Value { elements.withLock { $0.isEmpty ? .null : .list($0) } }

  /// Returns a stream of the same elements; each page that is read from it is kept.
  func keeping(_ stream: ElementStream) -> ElementStream {
    var source = stream
    var kept = ElementStream(pages: { () async throws(Fault) in
      let page = try await source.page()
      if let page { self.elements.withLock { $0 += page.elements.prefix(Self.limit - $0.count) } }
      return page
    })
    (kept.hasNextPage, kept.total) = (stream.hasNextPage, stream.total)
    return kept
  }
}
