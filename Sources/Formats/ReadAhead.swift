package import Values

/// Reads and parses the next piece of a file while the caller processes the current piece.
package struct ReadAhead {
  /// The state after reading one piece of the file: the piece, which another thread parses, and a reader for the rest.
  private struct PrefetchedPiece: Sendable {
    var reader: FileReader
    /// The elements of the piece; nil at the end of the file.
    var elements: Task<Result<[Value], Fault>, Never>?
  }

  private var ahead: Task<PrefetchedPiece, Never>?

  package init(_ reader: FileReader) { ahead = Self.step(reader) }

  /// Returns the next elements; nil at the end of the file.
  package mutating func next() async throws(Fault) -> [Value]? {
    while let ahead {
      let step = await withTaskCancellationHandler {
        await ahead.value
      } onCancel: {
        ahead.cancel()
      }
      self.ahead = nil
      guard let parsing = step.elements else { return nil }
      // From here on, other threads read and parse the next piece, while the caller uses the current piece.
      let next = Self.step(step.reader)
      let elements: [Value]
      do throws(Fault) { elements = try await parsing.value.get() } catch {
        next.cancel()
        throw error
      }
      self.ahead = next
      if !elements.isEmpty { return elements }
    }
    return nil
  }

  private static func step(_ reader: FileReader) -> Task<PrefetchedPiece, Never> {
    Task.detached {
      var reader = reader
      do throws(Fault) {
        let piece = try reader.piece()
        return PrefetchedPiece(reader: reader, elements: piece.map(parsing))
      } catch {
        return PrefetchedPiece(reader: reader, elements: Task { .failure(error) })
      }
    }
  }

  private static func parsing(_ piece: FileReader.ElementsOrUnparsedLines) -> Task<Result<[Value], Fault>, Never> {
    Task.detached {
      do throws(Fault) { return .success(try piece.elements()) } catch { return .failure(error) }
    }
  }
}
