import Client
import JSONAPI
import JSONRPC
import JSONText
import Testing

/// Tests of reading, counting and destroying all resources of a list page by page (WireProtocol.md, "Pagination").
@Suite struct StreamTests {
  /// Returns a page of posts with these ids, links to the next and last page, and a total (`record-count`).
  private func page(_ ids: [Int], next: Int? = nil, last: Int? = nil, total: Int? = nil) -> ScriptedTransport.Answer {
    let data = ids.map { #"{"type":"posts","id":"\#($0)"}"# }.joined(separator: ",")
    let links = [("next", next), ("last", last)].compactMap { name, number in
      number.map { #""\#(name)":"/p?page%5Bnumber%5D=\#($0)&page%5Bsize%5D=2""# }
    }
    let meta = total.map { #","meta":{"record-count":\#($0)}"# } ?? ""
    return .result(#"{"data":[\#(data)],"links":{\#(links.joined(separator: ","))}\#(meta)}"#)
  }

  /// Reads a stream to its end, and returns the ids of each page and the error.
  private func drained(_ stream: PageStream) async -> (pages: [[String]], error: ClientError?) {
    var stream = stream
    var pages: [[String]] = []
    let error = await failure { () throws(ClientError) in
      while let page = try await stream.next() { pages.append(page.resources.compactMap { $0["id"]?.idText }) }
    }
    return (pages, error)
  }

  @Test func sendsNothingBeforeTheFirstPull() async throws {
    let (client, transport) = ResourceClient.scripted([page([1, 2], next: 2, total: 3), page([3], total: 3)])
    var stream = client.stream(Query())
    #expect(transport.sent.isEmpty)
    #expect(try await stream.next()?.resources.count == 2)
    #expect(transport.params == ["{}"])
    #expect(try await stream.next()?.resources.count == 1)
    #expect(try await stream.next() == nil)
    #expect(try await stream.next() == nil)
    #expect(transport.params == ["{}", #"{"page":{"number":2,"size":2}}"#])
  }

  @Test func theQueryIsSentWithEachPage() async throws {
    let (client, transport) = ResourceClient.scripted([page([1, 2], next: 5), page([3])])
    var query = Query()
    query.filter = [("state", "draft")]
    query.page = Pagination.Page(number: 4, size: 3)
    #expect(await drained(client.stream(query)).pages == [["1", "2"], ["3"]])
    #expect(
      transport.params == [
        #"{"filter":{"state":"draft"},"page":{"number":4,"size":3}}"#,
        #"{"filter":{"state":"draft"},"page":{"number":5,"size":2}}"#,
      ])
  }

  @Test func linksLeadOnWithoutACount() async throws {
    let (client, _) = ResourceClient.scripted([page([1, 2], next: 2), page([3, 4], next: 3), page([5])])
    let (pages, error) = await drained(client.stream(Query()))
    #expect(pages == [["1", "2"], ["3", "4"], ["5"]] && error == nil)
  }

  @Test func aServiceThatIgnoresPagesReturnsOne() async throws {
    for answer in [page([1, 2, 3]), page([1, 2, 3], total: 3), page([])] {
      let (client, transport) = ResourceClient.scripted([answer])
      let (pages, error) = await drained(client.stream(Query()))
      #expect(pages.count == 1 && error == nil && transport.sent.count == 1)
    }
  }

  @Test(arguments: [1, 2]) func aPageThatDoesNotAdvanceEndsIt(next: Int) async throws {
    let (client, transport) = ResourceClient.scripted([page([1, 2], next: 2), page([3, 4], next: next)])
    let (pages, error) = await drained(client.stream(Query()))
    #expect(pages == [["1", "2"], ["3", "4"]])
    #expect(error?.kind == .malformed)
    #expect(error?.message == "posts index: the service names page \(next) as the next page after page 2")
    #expect(transport.sent.count == 2)
  }

  @Test func aPageThatRepeatsEndsIt() async throws {
    let (client, transport) = ResourceClient.scripted([page([1, 2], next: 2), page([1, 2], next: 3)])
    var stream = client.stream(Query())
    _ = try await stream.next()
    let error = await failure { () throws(ClientError) in try await stream.next() }
    #expect(
      report(error) == [
        "protocol", "posts index: page 2 repeats the previous page",
        "the service ignores the option page:, so read its whole list in one request: index ...",
      ])
    #expect(try await stream.next() == nil)
    #expect(transport.sent.count == 2)
  }

  @Test func aPageThatMovedALittleDoesNot() async throws {
    let (client, _) = ResourceClient.scripted([page([1, 2], next: 2), page([1, 3], next: 3), page([2])])
    let (pages, error) = await drained(client.stream(Query()))
    #expect(pages == [["1", "2"], ["1", "3"], ["2"]] && error == nil)
  }

  @Test func skipsAnEmptyPageBeforeTheLast() async throws {
    let (client, _) = ResourceClient.scripted([page([], next: 2, last: 2), page([3], last: 2)])
    #expect(await drained(client.stream(Query())).pages == [[], ["3"]])
    let (counted, transport) = ResourceClient.scripted([page([1], next: 2, total: 3), page([], next: 3, total: 3)])
    #expect(await drained(counted.stream(Query())).pages == [["1"], []])
    #expect(transport.sent.count == 2)
  }

  @Test(arguments: [nil, 10]) func anEmptyMiddlePageLosesNoResource(total: Int?) async throws {
    let (client, _) = ResourceClient.scripted([
      page([1, 2], next: 2, total: total), page([], next: 3, total: total), page([3], next: 4, total: total),
      page([], next: 5, total: total), page([4], total: total),
    ])
    let (pages, error) = await drained(client.stream(Query()))
    #expect(pages == [["1", "2"], [], ["3"], [], ["4"]] && error == nil)
  }

  @Test func emptyPagesWithoutAnEndAreAnError() async throws {
    let (client, transport) = ResourceClient.scripted(
      [page([1], next: 2)] + (2...26).map { page([], next: $0 + 1) })
    let (pages, error) = await drained(client.stream(Query()))
    #expect(pages.count == 26 && transport.sent.count == 26)
    #expect(error?.message == "posts index: 25 successive pages are empty, and each has a next page")
  }

  @Test func aTotalThatNoPageLeadsToIsAnError() async throws {
    let offset = #"{"data":[{"type":"posts","id":"1"}],"meta":{"record-count":9},"links":{"first":null}}"#
    let (client, transport) = ResourceClient.scripted([.result(offset), .result(offset)])
    let (pages, error) = await drained(client.stream(Query()))
    #expect(pages == [["1"]] && transport.params == ["{}", #"{"page":{"number":2,"size":1}}"#])
    #expect(error?.message == "posts index: the service counts 9 resources, but sent 1 and names no next page")
  }

  @Test func anErrorFollowsTheEarlierPages() async throws {
    let lost = LinkError(.lost, "the connection is lost", wasSent: true)
    let (client, _) = ResourceClient.scripted([page([1, 2], next: 2), .failure(lost)])
    let (pages, error) = await drained(client.stream(Query()))
    #expect(pages == [["1", "2"]] && error?.kind == .connection)
  }

  // MARK: - Counting a list

  @Test(arguments: [
    (#"{"data":[{"type":"posts","id":"1"}],"meta":{"record-count":250}}"#, 250),
    (#"{"data":[],"meta":{"record-count":"5"}}"#, 5),
    (#"{"data":[{"type":"posts","id":"1"},{"type":"posts","id":"2"}]}"#, 2), (#"{"data":[]}"#, 0),
    (#"{"meta":{"record-count":3}}"#, 3),
  ])
  func oneRequestCounts(result: String, count: Int) async throws {
    let (client, transport) = ResourceClient.scripted([.result(result)])
    #expect(try await client.count(Query()) == count)
    #expect(transport.sent.count == 1)
  }

  @Test(arguments: ["{}", "null", #"{"meta":{"a":1}}"#]) func aReplyWithoutAListIsNotCounted(result: String)
    async throws
  {
    let (client, _) = ResourceClient.scripted([.result(result), .result(result), .result(result), .result(result)])
    #expect(
      await failure { () throws(ClientError) in try await client.count(Query()) }?.message
        == "posts index: the reply has no data")
    #expect(
      await failure { () throws(ClientError) in try await client.firstPages(Query()).first() }?.message
        == "posts index: the reply has no data")
    #expect(await drained(client.stream(Query())).error?.message == "posts index: the reply has no data")
    #expect(
      await failure { () throws(ClientError) in
        try await client.relationship("tags", of: "1").related(source: nil)
      }?.message == "posts get_related_resource: the reply has no data")
  }

  /// A page without a list is an error and not an empty page, even if the reply has a `record-count` or page links.
  @Test(arguments: [
    #"{"meta":{"record-count":2}}"#, #"{"data":null,"meta":{"record-count":2}}"#,
    #"{"meta":{"record-count":20},"links":{"first":"/a?page[number]=1&page[size]=10"}}"#,
  ]) func aPageWithoutAListIsAnError(result: String) async throws {
    let first =
      #"{"data":[{"type":"posts","id":"1"}],"meta":{"record-count":2},"links":{"next":"?page[number]=2&page[size]=1"}}"#
    let (client, _) = ResourceClient.scripted([.result(first), .result(result), .result(result), .result(result)])
    let (pages, error) = await drained(client.stream(Query()))
    #expect(pages == [["1"]])
    #expect(error?.message == "posts index: the reply has no data")
    #expect(
      await failure { () throws(ClientError) in try await client.index(Query()) }?.message
        == "posts index: the reply has no data")
    #expect(
      await failure { () throws(ClientError) in try await client.firstPages(Query()).first() }?.message
        == "posts index: the reply has no data")
  }

  @Test(arguments: [nil, 2]) func withoutATotalTheStreamIsCounted(next: Int?) async throws {
    let recorded = RecordedTrace()
    let transport = ScriptedTransport([page([1], next: next), page([1, 2], next: 2), page([3])])
    let client = ResourceClient(transport: transport, settings: .posts, trace: Trace([.rpc], write: recorded.add))
    var query = Query()
    query.filter = [("state", "draft")]
    query.include = ["author"]
    #expect(try await client.count(query) == 3)
    #expect(
      transport.params == [
        #"{"filter":{"state":"draft"},"page":{"number":1,"size":1}}"#, #"{"filter":{"state":"draft"}}"#,
        #"{"filter":{"state":"draft"},"page":{"number":2,"size":2}}"#,
      ])
    #expect(recorded.lines == ["posts count: the service reports no total; counting the resources of all pages"])
  }

  // MARK: - Destroying all resources of a list

  private func emptied(_ answers: [ScriptedTransport.Answer], _ query: Query = Query()) async -> (
    count: Int, error: ClientError?, progress: [Int], methods: [String], params: [String]
  ) {
    let (client, transport) = ResourceClient.scripted(answers)
    var count = 0
    var progress: [Int] = []
    let error = await failure { () throws(ClientError) in
      try await client.destroyAll(query, counting: &count) { progress.append($0) }
    }
    return (count, error, progress, transport.sent.map(\.method), transport.params)
  }

  @Test func theFirstPageAgainAndAgain() async throws {
    var query = Query()
    query.filter = [("state", "spam")]
    query.include = ["author"]
    query.page = Pagination.Page(number: 7, size: 2)
    query.meta = ["a": 1]
    let (count, error, progress, _, params) = await emptied(
      [page([1, 2], next: 2), "{}", "null", page([3]), "{}", page([])], query)
    #expect(count == 3 && error == nil && progress == [2, 3])
    let index = #"{"filter":{"state":"spam"},"page":{"number":1,"size":2},"meta":{"a":1}}"#
    #expect(
      params == [
        index, #"{"id":"1","meta":{"a":1}}"#, #"{"id":"2","meta":{"a":1}}"#, index, #"{"id":"3","meta":{"a":1}}"#,
        index,
      ])
  }

  @Test func skipsAnEmptyFirstPageWithANext() async throws {
    let (count, error, _, methods, params) = await emptied([
      page([], next: 2, last: 2), page([3, 4], last: 2), "{}", "{}", page([], last: 2), page([], next: 2, last: 2),
      page([], last: 2),
    ])
    #expect(count == 2 && error == nil)
    #expect(methods == ["index", "index", "destroy", "destroy", "index", "index", "index"])
    let (first, second) = (#"{"page":{"number":1,"size":100}}"#, #"{"page":{"number":2,"size":2}}"#)
    #expect(params.filter { $0.contains("page") } == [first, second, second, first, second])
  }

  @Test func anUnreachableCountIsAnErrorOfDestroyAll() async throws {
    let (count, error, _, methods, _) = await emptied([page([], total: 30)])
    #expect(count == 0 && methods == ["index"])
    #expect(error?.message == "posts index: the service counts 30 resources, but sent 0 and names no next page")
  }

  @Test func restartsFromTheFirstPageAfterAMissingOne() async throws {
    let refused = #"{"code":422,"message":"","data":{"errors":[{"status":"422","title":"Page number must be"}]}}"#
    let (count, error, _, methods, _) = await emptied([
      page([], next: 2, last: 2), page([3], last: 2), "{}", .error(refused), page([], last: 1),
    ])
    #expect(count == 1 && error == nil && methods == ["index", "index", "destroy", "index", "index"])
  }

  @Test func skipsUndestroyableResources() async throws {
    let (client, _) = ResourceClient.scripted([
      page([1, 2], next: 2, last: 2), page([1, 2], next: 2, last: 2), page([3], last: 2), page([], last: 1),
      page([1, 2], last: 1, total: 5),
    ])
    var pages = client.firstPages(Query())
    #expect(try await pages.next() == ["1", "2"])
    pages.keep(["1", "2"])
    #expect(try await pages.next() == ["3"])
    #expect(try await pages.next() == nil)
    #expect(pages.notShown == 3)
  }

  @Test func anEmptyListDestroysNothing() async throws {
    let (count, error, progress, methods, _) = await emptied([page([])])
    #expect(count == 0 && error == nil && progress.isEmpty && methods == ["index"])
  }

  @Test func theFirstErrorEndsItWithTheCount() async throws {
    let (count, error, _, methods, _) = await emptied([
      page([1, 2, 3]), "{}", .error(#"{"code":-32603,"message":"Internal error"}"#),
    ])
    #expect(count == 1 && error?.kind == .badGateway)
    #expect(methods == ["index", "destroy", "destroy"])
    let (before, timeout, _, _, _) = await emptied([
      page([1, 2]), "{}", .failure(LinkError(.timeout, "silence", wasSent: true)),
    ])
    #expect(timeout?.kind == .unknown && before == 1)
    let (one, index, _, _, _) = await emptied([page([1]), "{}", .error(#"{"code":1,"message":"no"}"#)])
    #expect(index?.kind == .service && one == 1)
  }

  @Test func skipsAbsentResources() async throws {
    let absent = #"{"code":422,"message":"","data":{"errors":[{"status":"404","title":"Record not found"}]}}"#
    let (count, error, _, _, _) = await emptied([page([1, 2]), .error(absent), "{}", page([])])
    #expect(count == 1 && error == nil)
  }

  @Test func aPageThatRepeatsWholeEndsIt() async throws {
    let (count, error, progress, methods, _) = await emptied([
      page([1, 2]), "{}", "{}", page([3, 4]), "{}", "{}", page([2, 1]),
    ])
    #expect(
      report(error) == [
        "service", "posts destroy-all: a page still has resources that were destroyed",
        "if the service keeps destroyed resources in its list, narrow the filter; if the service gives the ids of "
          + "destroyed resources to new resources, run the statement again",
      ])
    #expect(count == 4 && progress == [2, 4] && methods.count == 7 && methods.last == "index")
  }

  /// The client sends one destroy for each id, and fails if the service still returns destroyed resources.
  ///
  /// Such a service can return the destroyed resources in any order and on any page.
  @Test func noIDIsDestroyedTwice() async throws {
    let (count, error, progress, methods, params) = await emptied([
      page([1, 2]), "{}", "{}", page([3, 4]), "{}", "{}", page([1, 5]), "{}", page([3, 2]),
    ])
    #expect(error?.message == "posts destroy-all: a page still has resources that were destroyed")
    #expect(count == 5 && progress == [2, 4, 5] && methods.last == "index")
    #expect(params.filter { $0.contains("id") } == (1...5).map { #"{"id":"\#($0)"}"# })
  }

  @Test func theSurplusOfACountIsKnown() async throws {
    let (client, _) = ResourceClient.scripted([page([1, 2], total: 2), page([3], total: 1), page([], total: 0)])
    var pages = client.firstPages(Query())
    #expect(try await pages.next() == ["1", "2"] && pages.surplus == 0)
    #expect(try await pages.next() == ["3"] && pages.surplus == 1)
    #expect(try await pages.next() == nil && pages.surplus == 1 && pages.counted == 2)
  }

  @Test func continuesAfterAPartlyRepeatedPage() async throws {
    let (count, error, _, _, params) = await emptied([page([1, 2]), "{}", "{}", page([2, 3]), "{}", page([])])
    #expect(count == 3 && error == nil)
    let index = #"{"page":{"number":1,"size":100}}"#
    #expect(params == [index, #"{"id":"1"}"#, #"{"id":"2"}"#, index, #"{"id":"3"}"#, index])
  }

  @Test func omitsARefusedPage() async throws {
    let refused =
      #"{"code":422,"message":"","data":{"errors":[{"status":"400","title":"Page parameter not allowed"}]}}"#
    let (count, error, _, _, params) = await emptied([.error(refused), page([1]), "{}", page([])])
    #expect(count == 1 && error == nil)
    #expect(params == [#"{"page":{"number":1,"size":100}}"#, "{}", #"{"id":"1"}"#, "{}"])
    let (_, second, _, methods, _) = await emptied([page([1]), "{}", .error(refused)])
    #expect(second?.kind == .service && methods == ["index", "destroy", "index"])
  }

  @Test func aResourceWithoutAnIDEndsIt() async throws {
    let (count, error, _, methods, _) = await emptied([.result(#"{"data":[{"type":"posts"}]}"#)])
    #expect(count == 0 && error?.message == "posts index: the reply has a resource without an id")
    #expect(methods == ["index"])
  }

  @Test func refusesAServiceIDWithAComma() async throws {
    let (_, error, _, methods, _) = await emptied([.result(#"{"data":[{"type":"posts","id":"1,2"}]}"#)])
    #expect(error?.kind == .value && methods == ["index"])
  }
}
