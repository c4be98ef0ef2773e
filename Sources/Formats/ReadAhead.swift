package import Values

/// Reads and parses the next piece of a file while the one before it is worked on.
package struct ReadAhead {
  /// A piece, and the reader that goes on after it.
  private struct Step: Sendable {
    var reader: FileReader
    var elements: Result<[Value]?, Fault>
  }

  private var ahead: Task<Step, Never>?

  package init(_ reader: FileReader) { ahead = Self.step(reader) }

  /// The next elements, or nil at the end.
  package mutating func next() async throws(Fault) -> [Value]? {
    guard let ahead else { return nil }
    let step = await withTaskCancellationHandler {
      await ahead.value
    } onCancel: {
      ahead.cancel()
    }
    self.ahead = nil
    let elements = try step.elements.get()
    if elements != nil { self.ahead = Self.step(step.reader) }
    return elements
  }

  private static func step(_ reader: FileReader) -> Task<Step, Never> {
    Task.detached {
      var reader = reader
      do throws(Fault) {
        let elements = try reader.next()
        return Step(reader: reader, elements: .success(elements))
      } catch {
        return Step(reader: reader, elements: .failure(error))
      }
    }
  }
}
