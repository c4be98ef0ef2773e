import Synchronization
import Values

/// The elements that a statement at the prompt has shown with output stages, such as `table`.
///
/// After the statement, these elements are the value of the variable `_`.
final class LastShownElements: Sendable {
  private let elements = Mutex<[Value]>([])
  /// The maximum number of elements that the object stores.
  private static let limit = 10_000

  /// The elements as a list; null if no stage has shown an element.
  var value: Value { elements.withLock { $0.isEmpty ? .null : .list($0) } }

  /// Returns a stream of the elements of `stream`; reading a page also stores the elements of the page in this object.
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
