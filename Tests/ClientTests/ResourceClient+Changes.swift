@_spi(Sending) import Client
import JSONAPI
import JSONText

/// Functions that send changes in the same way as the dispatcher of bulk changes.
extension ResourceClient {
  func document(_ request: ChangeRequest, waitLimit: WaitLimit = .usual) async throws(ClientError) -> Document {
    let reply = try await send(
      change: request.method, wireParams: wireParams(of: request), expires: request.expires,
      timeout: timeout(waitLimit),
      givesDocument: true)
    guard case .document(let document) = reply else { return Document() }
    return document
  }

  func send(_ request: ChangeRequest, waitLimit: WaitLimit = .usual) async throws(ClientError) -> JSONValue {
    let reply = try await send(
      change: request.method, wireParams: wireParams(of: request), expires: request.expires,
      timeout: timeout(waitLimit),
      givesDocument: false)
    guard case .result(let result) = reply else { return .null }
    return result
  }

  /// Destroys the resources of a query one by one, and counts the resources that existed.
  func destroyAll(_ query: Query, counting count: inout Int, progress: (Int) -> Void) async throws(ClientError) {
    var pages = firstPages(query)
    let options: JSONObject = query.meta.isEmpty ? [:] : ["meta": .object(query.meta)]
    while let ids = try await pages.next() {
      for id in ids {
        do throws(ClientError) {
          _ = try await document(destroyRequest(id, options: options))
          count += 1
        } catch { if error.kind != .notFound { throw error } }
      }
      progress(count)
    }
  }
}

extension ShrinkingListReader {
  /// Returns the ids of the first page; nil if the list is empty.
  func first() async throws(ClientError) -> [String]? {
    var pages = self
    return try await pages.next()
  }
}
