public import JSONAPI
import JSONText

/// The ids on the first page of a list, again and again while they are destroyed, until it is empty.
///
/// What was handed out once is not handed out again. A page of nothing else means that the service keeps what it
/// destroys in its list, and ends it with an error (Retort.Client.Generic `destroy_all` would never end). Where the query
/// names no page, a hundred are asked for at a time, or the list as it comes where the service refuses that.
public struct FirstPages: Sendable {
  private let client: ResourceClient
  private let patience: ResourceClient.Patience
  private var query: Query
  /// Whether the page is not the query's own, so that it may be left out.
  private var mayLeaveOutPage: Bool
  private var seen: Set<String> = []

  init(_ client: ResourceClient, _ query: Query, _ patience: ResourceClient.Patience) {
    self.client = client
    self.patience = patience
    self.query = query
    mayLeaveOutPage = query.page == nil
    self.query.page = query.page?.first ?? Pagination.Page(number: 1, size: 100)
    self.query.include = []
  }

  /// The next ids to destroy, or nil when the first page is empty.
  ///
  /// - Throws: ``ClientError`` of the request, and of kind `service` where the page holds only what was destroyed.
  public mutating func next() async throws(ClientError) -> [String]? {
    let resources = try await page()
    if resources.isEmpty { return nil }
    let ids = resources.compactMap { $0["id"]?.idText }
    guard ids.count == resources.count else {
      throw client.malformed("index", "the reply has a resource without an id")
    }
    let fresh = ids.filter { seen.insert($0).inserted }
    if fresh.isEmpty {
      throw ClientError(
        .service, "\(client.label("destroy-all")): the first page holds the same resources after they were destroyed",
        nextStep: "does the service keep destroyed resources in its list? narrow the filter")
    }
    return fresh
  }

  private mutating func page() async throws(ClientError) -> [JSONObject] {
    do throws(ClientError) {
      let resources = try await client.list(query, patience: patience).resources
      mayLeaveOutPage = false
      return resources
    } catch {
      guard mayLeaveOutPage, error.kind == .service || error.kind == .invalid else { throw error }
      mayLeaveOutPage = false
      query.page = nil
      return try await client.list(query, patience: patience).resources
    }
  }
}

extension ResourceClient {
  /// The first pages of a list that is being emptied; nothing is sent until the first is pulled.
  public func firstPages(_ query: Query, patience: Patience = .usual) -> FirstPages {
    FirstPages(self, query, patience)
  }

  /// Destroys what a query finds, one after the other, and returns how many (Retort.Client.Generic `destroy_all`).
  ///
  /// What is not there any more is passed over and not counted. `progress` hears the count after each page.
  ///
  /// - Throws: the first ``ClientError``; its `destroyed` counts those before it.
  public func destroyAll(
    _ query: Query, patience: Patience = .usual, progress: (Int) -> Void = { _ in }
  ) async throws(ClientError) -> Int {
    var pages = firstPages(query, patience: patience)
    let options: JSONObject = query.meta.isEmpty ? [:] : ["meta": .object(query.meta)]
    var destroyed = 0
    do throws(ClientError) {
      while let ids = try await pages.next() {
        for id in ids where try await destroy(destroyRequest(id, options: options), patience) { destroyed += 1 }
        progress(destroyed)
      }
      return destroyed
    } catch {
      var error = error
      error.destroyed = destroyed
      throw error
    }
  }

  /// Destroys one resource; false where it was not there.
  private func destroy(_ request: PreparedRequest, _ patience: Patience) async throws(ClientError) -> Bool {
    do throws(ClientError) {
      _ = try await document(request, patience: patience)
      return true
    } catch {
      if error.kind == .notFound { return false }
      throw error
    }
  }
}
