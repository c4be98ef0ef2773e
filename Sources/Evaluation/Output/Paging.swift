import Language
import Synchronization
import Values

/// A program that shows a long text one screen at a time, such as `less`.
public struct Pager: Sendable {
  /// Writes text to the pager; returns false if the user has closed the pager.
  public var write: @Sendable ([UInt8]) -> Bool
  /// Ends the text, and waits until the user closes the pager.
  public var finish: @Sendable () async -> Void

  /// Creates a pager from two functions.
  public init(write: @escaping @Sendable ([UInt8]) -> Bool, finish: @escaping @Sendable () async -> Void) {
    self.write = write
    self.finish = finish
  }
}

/// Buffers a result for a terminal until the text is taller than the screen or the result is complete.
///
/// A text that is taller than the screen goes to a pager. A smaller text goes to the terminal.
final class TerminalOrPagerOutput: Sendable {
  private struct HeldTextAndPager {
    var held: [UInt8] = []
    var pager: Pager?
    /// Whether all text goes directly to the terminal, because there is no pager.
    var isDirect = false
    /// Whether the user closed the pager before the end of the text.
    var wasLeft = false
  }

  private let output: ResultOutput
  private let open: @Sendable () -> Pager?
  private let state = Mutex(HeldTextAndPager())

  init(_ output: ResultOutput, _ open: @escaping @Sendable () -> Pager?) {
    self.output = output
    self.open = open
  }

  /// Whether the user closed the pager before the end of the text.
  var wasLeft: Bool { state.withLock(\.wasLeft) }

  /// Writes or buffers a piece of the result; returns false if the terminal or the pager is closed.
  func write(_ bytes: [UInt8]) -> Bool {
    state.withLock { state in
      if state.isDirect { return pass(bytes) }
      if state.pager == nil {
        state.held += bytes
        guard isTallerThanScreen(state.held) else { return true }
        state.pager = open()
        state.isDirect = state.pager == nil
      }
      let piece = state.held.isEmpty ? bytes : state.held
      state.held = []
      guard let pager = state.pager else { return pass(piece) }
      if !pager.write(piece) { state.wasLeft = true }
      return !state.wasLeft
    }
  }

  /// Shows the buffered text, or waits until the user closes the pager.
  func finish() async {
    let (held, pager) = state.withLock { state in
      defer { state.held = [] }
      return (state.held, state.pager)
    }
    if !held.isEmpty { _ = pass(held) }
    await pager?.finish()
  }

  private func pass(_ bytes: [UInt8]) -> Bool {
    do throws(Fault) { try output.put(bytes) } catch { return false }
    return output.flush()
  }

  private func isTallerThanScreen(_ bytes: [UInt8]) -> Bool {
    let (columns, rows) = (max(1, output.columns()), output.rows())
    var lines = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let width = line.count <= columns ? line.count : DisplayWidth.width(of: String(decoding: line, as: UTF8.self))
      lines += max(1, (width + columns - 1) / columns)
      if lines > rows + 1 { return true }
    }
    return (bytes.last == UInt8(ascii: "\n") ? lines - 1 : lines) > rows
  }
}

extension ResultPrinter {
  /// Shows a result with its notes.
  ///
  /// At the prompt, a result that is taller than the screen goes through a pager.
  static func showing(
    _ run: StatementContext, format: ResultFormat? = nil, _ body: (inout ResultPrinter) async throws(Fault) -> Void
  ) async throws(Fault) {
    guard run.isPaged, run.output === run.session.output, let open = run.session.host.pager else {
      var printer = ResultPrinter(run.session, output: run.output, format: format)
      try await body(&printer)
      return printer.notes.forEach(run.session.note)
    }
    run.output.flush()
    let result = TerminalOrPagerOutput(run.output) {
      run.session.progress.hide()
      return open()
    }
    var printer = ResultPrinter(
      run.session, output: ResultOutput(likeTerminal: run.output, write: result.write), format: format)
    var failure: Fault?
    do throws(Fault) {
      try await body(&printer)
      try printer.output.showAtTerminal()
    } catch { failure = error }
    let shown = ContinuousClock.now
    await result.finish()
    run.session.state.withLock { $0.readingTime += .now - shown }
    if let failure, failure.kind != .closed || !result.wasLeft { throw failure }
    printer.notes.forEach(run.session.note)
  }
}
