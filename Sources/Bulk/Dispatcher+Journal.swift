import Client
import JSONText

extension Dispatcher {
  /// An element with its change, and what its journal says of it.
  struct Entry: Sendable {
    var element: any PlannedElement
    var change: Result<Change, Refusal>
    var known: JournalState?
  }

  /// The elements with what the journal says of them; the intents of those that are new are on the disk.
  func journaled(
    _ page: [any PlannedElement], _ seen: inout Set<StableHash>
  ) async throws -> [Entry] {
    guard let journal = guards.journal else {
      return page.map { Entry(element: $0, change: $0.planned) }
    }
    var entries: [Entry] = []
    var intended: [Change] = []
    for element in page {
      var entry = Entry(element: element, change: element.planned)
      if case .success(let change) = entry.change, let identity = change.identity {
        if seen.insert(identity.hash).inserted {
          entry.known = journal.known(identity)
          if entry.known == nil || entry.known == .open { intended.append(change) }
        } else {
          entry.change = .failure(.repeated(identity))
        }
      }
      entries.append(entry)
    }
    try await journal.intend(intended)
    return entries
  }

  /// Carries out the change of an entry, unless its journal says how it ended.
  func outcome(of entry: Entry) async -> Outcome {
    let change: Change
    switch entry.change {
    case .success(let planned): change = planned
    case .failure(.repeated) where entry.element.isDestroying:
      return .absent(ClientError(.notFound, "destroyed before"))
    case .failure(let refusal): return .refused(refusal)
    }
    switch entry.known {
    case .done(let id, let content)?:
      let isSame = content == 0 || content == change.content.hashingSecrets.contentHash
      return isSame || change.identity == nil ? .before(id: id) : .refused(.otherContent(change.identity ?? .none))
    case .unknown(let sent, _)?:
      if let outcome = await lookedUp(change, sent) { return outcome }
    case .open?, nil: break
    }
    await guards.rate?.turn()
    return await carry(change)
  }

  /// How a change ended that is unknown from a run before; nil where it may be sent.
  private func lookedUp(_ change: Change, _ sent: JSONObject) async -> Outcome? {
    switch await guards.resolver?.look(change, sent: sent) ?? .unknown {
    case .carriedOut(let id):
      if let identity = change.identity { guards.journal?.settle(identity, "ok", id: id, content: sent.contentHash) }
      return .before(id: id)
    case .doubled(let count): return .failed(ClientError(.value, "maybe doubled: \(count) resources have the key"))
    case .repeatable: break
    case .unknown:
      switch guards.unknown {
      case .retry: break
      case .skip: return .before(id: change.id)
      case .fail:
        return .unknown(
          ClientError(
            .unknown, "unknown since the run before: it may have been carried out, and is not found",
            nextStep: "look it up; then settle: 60s, where the service holds no request longer, or unknown: \"skip\""))
      }
    }
    do throws(JournalError) { try await guards.journal?.intend([change]) } catch {
      return .refused(.element(error))
    }
    return nil
  }
}
