import Bulk
import JSONText
import Language
import Values
import Formats

/// A source of changes for a stage that sends one change for each element.
final class PerElementChangeSource: BulkChangeSource {
  private var stream: ElementStream
  private var frame: ExecutionFrame
  private let arguments: ElementStageArguments
  /// The arguments that are evaluated once.
  private let once: Arguments
  var policy: SendingPolicy
  private let making: ElementChangeBuilder
  private var page = ElementPage()
  private var position = 0
  private var failures: ArraySlice<ElementPage.FailedElement> = []
  /// The slot of the hidden variable that contains the original element, before earlier stages changed it.
  ///
  /// Nil if no earlier stage changes the elements, or if no report shows the original elements.
  var named: Int?
  private var keys = SeenElementKeys()
  private var isStopped = false
  /// The error that the next call of `next()` throws; nil if there is no error.
  ///
  /// The previous call returned the elements before the error.
  private var stop: Fault?
  private var isBegun = false
  /// The number of all elements; nil while the number is unknown.
  var total: Int? { stream.count?() }
  /// The number of elements that the journal file does not record as done; nil until the source counts the elements.
  private(set) var left: Int?
  /// The number of elements whose change has an unknown outcome in the journal file.
  private(set) var unknown = 0

  init(
    _ stream: ElementStream, _ frame: ExecutionFrame, _ arguments: ElementStageArguments, _ once: Arguments,
    _ policy: SendingPolicy,
    _ making: ElementChangeBuilder
  ) {
    (self.stream, self.frame, self.arguments) = (stream, frame, arguments)
    (self.once, self.policy, self.making) = (once, policy, making)
  }

  func begin() -> Bool {
    if making.readsFirst { frame.run.session.progress.read(together: policy.portion) }
    defer { isBegun = true }
    return !isBegun
  }

  /// Reads all elements, and returns the number of elements that the journal file does not record as done.
  func count(notDoneIn journal: Journal?) async throws(Fault) -> Int {
    let all = try await SpillingElementBuffer.all(of: &stream, keepsNames: true, limit: 16 << 20)
    stream = all.elements()
    let known = try await counts(of: all, in: journal)
    let left = all.count - known.done
    (self.left, unknown) = (left, known.unknown)
    return left
  }

  /// Returns the number of elements that the journal file records as done, and the number with an unknown outcome.
  private func counts(of all: SpillingElementBuffer, in journal: Journal?) async throws(Fault) -> (
    done: Int, unknown: Int
  ) {
    guard let journal, journal.before.done + journal.before.unknown > 0 else { return (0, 0) }
    let policy = SendingPolicy(window: policy.window, continuesOnError: true)
    let source = PerElementChangeSource(all.elements(), frame, arguments, once, policy, making)
    var counts = (done: 0, unknown: 0)
    while let elements = try await source.next() {
      for case .success(let change) in elements.map(\.planned) {
        switch change.identity.flatMap({ journal.known($0) }) {
        case .done?: counts.done += 1
        case .unknown?: counts.unknown += 1
        case .open?, nil: break
        }
      }
    }
    return counts
  }

  /// Returns at most `policy.portion` further elements of the current page, with their changes.
  ///
  /// The source reads another page only after the last element of the current page.
  func next() async throws(Fault) -> [BulkElement]? {
    try frame.run.checkInterrupt()
    if let stop { throw stop }
    guard !isStopped else { return nil }
    if position == page.elements.count, failures.isEmpty {
      page = try await stream.page() ?? ElementPage()
      (position, failures) = (0, page.failures[...])
    }
    var drafts: [ChangeBuiltOrAwaitingLookup] = []
    drafts.reserveCapacity(min(policy.portion, page.elements.count - position))
    do throws(Fault) {
      while drafts.count < policy.portion, !isStopped {
        if let failure = failures.first, failure.place <= position {
          drafts.append(.made(failed(failures.removeFirst())))
        } else if let element = takeElement() {
          drafts.append(
            try arguments.dependOnElement
              ? await evaluated(element) : built(element, arguments.each(once, element.element), key: nil))
        } else {
          break
        }
      }
    } catch {
      if drafts.isEmpty { throw error }
      stop = error
    }
    return drafts.isEmpty ? nil : stopping(await drafts.made(making, frame.run.session))
  }

  /// Returns the elements up to the first element whose lookup failed, including this element.
  ///
  /// If the statement continues after failures, the function returns all elements.
  private func stopping(_ elements: [BulkElement]) -> [BulkElement] {
    guard !policy.continuesOnError, let last = elements.firstIndex(where: \.isFailure) else { return elements }
    isStopped = true
    return Array(elements[...last])
  }

  /// An element of the current page.
  private struct PageElement {
    let element: Value
    /// The values that `as` stages named for the element.
    let names: [Value]
    /// The original element, from which the earlier stages made ``element``.
    ///
    /// Nil if no earlier stage changed the element, or if no report shows the original element.
    let source: Value?
  }

  /// Makes the next element of the page the current element, and returns it; returns nil at the end of the page.
  private func takeElement() -> PageElement? {
    guard position < page.elements.count else { return nil }
    defer { position += 1 }
    frame.take(page, position)
    if page.names.isEmpty { return PageElement(element: page.elements[position], names: [], source: nil) }
    return PageElement(
      element: page.elements[position], names: page.names[position], source: named.map { frame.slots[$0] })
  }

  /// Evaluates the arguments that depend on an element, and returns the element with its change.
  ///
  /// If the change depends on a lookup, the function returns the element without a change.
  private func evaluated(_ element: PageElement) async throws(Fault) -> ChangeBuiltOrAwaitingLookup {
    var given = arguments.each(once, element.element)
    let key: String?
    do throws(Fault) {
      key = arguments.hasKey ? try await arguments.key(&keys, &frame) : nil
      try await arguments.addPlaces(to: &given, &frame)
    } catch { return .made(try failed(element, error)) }
    return try built(element, given, key: key)
  }

  /// Returns an element with its change; returns the element without a change if the change depends on a lookup.
  private func built(
    _ element: PageElement, _ given: consuming Arguments, key: String?
  ) throws(Fault) -> ChangeBuiltOrAwaitingLookup {
    if let id = frame.run.session.unsentID(in: given), !frame.run.isDry(once) {
      return .made(try failed(element, Fault(unsent: id, given)))
    }
    guard case .proposing(let propose) = making else {
      return .waiting(
        ElementAwaitingLookup(
          element: element.element, names: element.names, source: element.source, key: key, arguments: given))
    }
    let prepared: PreparedChange
    do throws(Fault) { prepared = try propose(consume given).keyed(key) } catch {
      return .made(try failed(element, error))
    }
    return .made(BulkElement(element.element, names: element.names, .success(prepared), source: element.source))
  }

  /// Returns the element with the error that prevented its change.
  ///
  /// - Throws: `error`, if `try` can't catch it.
  private func failed(_ element: PageElement, _ error: Fault) throws(Fault) -> BulkElement {
    if error.isUncatchable { throw error.within("at \(element.element.label)") }
    isStopped = !policy.continuesOnError
    return BulkElement(element.element, names: element.names, .failure(error), source: element.source)
  }

  /// Returns an element that failed in an earlier stage, with the error of the earlier stage.
  private func failed(_ failure: ElementPage.FailedElement) -> BulkElement {
    isStopped = !policy.continuesOnError
    let place = named.flatMap { frame.names.firstIndex(of: $0) }
    let source = place.flatMap { failure.names.indices.contains($0) ? failure.names[$0] : nil }
    return BulkElement(
      failure.element, names: failure.names, .failure(failure.fault), source: source, failedEarlier: true)
  }

  let endNote: String? = nil
}
