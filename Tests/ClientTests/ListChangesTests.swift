import Client
import JSONAPI
import JSONText
import Testing

/// Tests of streams with unusable links to next pages, and of lists that other programs change during the read.
@Suite struct ListChangesTests {
  /// Returns a page of posts with these ids, a link to the next page, and a total (`record-count`).
  private func page(_ ids: [Int], next: String? = nil, total: Int? = nil) -> ScriptedTransport.Answer {
    let data = ids.map { #"{"type":"posts","id":"\#($0)"}"# }.joined(separator: ",")
    let links = next.map { #","links":{"next":"\#($0)"}"# } ?? ""
    let meta = total.map { #","meta":{"record-count":\#($0)}"# } ?? ""
    return .result(#"{"data":[\#(data)]\#(links)\#(meta)}"#)
  }

  private func link(_ number: Int) -> String { "/p?page[number]=\(number)&page[size]=2" }

  /// Reads a stream to its end, and returns the ids of each page, the detected changes of the list, and the error.
  private func drained(_ stream: PageStream, _ rule: ListCompletenessCheck.ListChangePolicy = .keep) async -> (
    pages: [[String]], changes: [String], error: ClientError?
  ) {
    var stream = stream
    var pages: [[String]] = []
    let error = await failure { () throws(ClientError) in
      while let page = try await stream.next() { pages.append(page.resources.compactMap { $0["id"]?.idText }) }
    }
    return (pages, stream.changes.sentences(rule), error)
  }

  // MARK: - Links to next pages

  @Test func aLinkWithoutASizeTakesTheSizeThatCame() async {
    let (client, transport) = ResourceClient.scripted([
      page([1, 2, 3], next: "/p?page[number]=2"), page([4, 5, 6], next: "/p?page[number]=3"), page([7]),
    ])
    let (pages, changes, error) = await drained(client.stream(Query()))
    #expect(pages == [["1", "2", "3"], ["4", "5", "6"], ["7"]] && changes.isEmpty && error == nil)
    #expect(
      transport.params == ["{}", #"{"page":{"number":2,"size":3}}"#, #"{"page":{"number":3,"size":3}}"#])
  }

  @Test func aLinkWithoutASizeKeepsTheSizeThatWasAskedFor() async {
    let (client, transport) = ResourceClient.scripted([page([1, 2], next: "/p?page[number]=2"), page([4])])
    var query = Query()
    query.page = Pagination.Page(number: 1, size: 3)
    #expect(await drained(client.stream(query)).pages == [["1", "2"], ["4"]])
    #expect(transport.params.last == #"{"page":{"number":2,"size":3}}"#)
  }

  @Test(arguments: [
    ("/things?page[after]=abc", #"to read that page: call posts "index" {"page":{"after":"abc"}} reads: true"#),
    ("/things?cursor=abc", "the service's paging does not use page numbers and sizes; narrow the list with a filter"),
    (
      "/t?page[number]=-1&page[size]=2",
      #"to read that page: call posts "index" {"page":{"number":"-1","size":"2"}} reads: true"#
    ),
  ]) func aLinkThatCantBeReadIsAnErrorAfterItsPage(next: String, nextStep: String) async {
    let (client, _) = ResourceClient.scripted([page([1, 2], next: next)])
    let (pages, _, error) = await drained(client.stream(Query()))
    #expect(pages == [["1", "2"]])
    #expect(
      report(error) == ["protocol", "posts index: the link to the next page can't be read: \"\(next)\"", nextStep])
  }

  @Test func anUnreadableLinkAfterAllCountedResourcesIsIgnored() async {
    let (client, _) = ResourceClient.scripted([page([1, 2], next: "/p?page[after]=abc", total: 2)])
    let (pages, _, error) = await drained(client.stream(Query()))
    #expect(pages == [["1", "2"]] && error == nil)
  }

  @Test func aCountDoesNotEndAtALinkThatCantBeRead() async {
    let next = "/p?page[after]=abc"
    let (client, _) = ResourceClient.scripted([page([1, 2, 3], next: next), page([1, 2, 3], next: next)])
    let error = await failure { () throws(ClientError) in try await client.count(Query()) }
    #expect(error?.message == "posts index: the link to the next page can't be read: \"/p?page[after]=abc\"")
  }

  // MARK: - Totals (`record-count`)

  @Test func aListThatEndsBeforeItsTotalIsKept() async {
    let (client, _) = ResourceClient.scripted([page([1, 2], next: link(2), total: 9), page([3, 4], total: 9)])
    let (pages, changes, error) = await drained(client.stream(Query()))
    #expect(pages == [["1", "2"], ["3", "4"]] && error == nil)
    #expect(changes == ["the service counts 9 resources, but sent 4"])
  }

  @Test func theLastOfSeveralPagesMayBeFull() async {
    let (client, _) = ResourceClient.scripted([page([1, 2], next: link(2)), page([3, 4])])
    #expect(await drained(client.stream(Query())).changes.isEmpty)
  }

  /// With the rule `.fail`, a list with fewer or more resources than its total ends with an error.
  @Test(arguments: [(8, [1, 2], [3]), (2, [1, 2], [3])])
  func aStreamMayFailWhereItsTotalIsWrong(total: Int, first: [Int], second: [Int]) async {
    let (client, _) = ResourceClient.scripted([page(first, next: link(2), total: total), page(second)])
    let (pages, _, error) = await drained(client.stream(Query(), rule: .fail))
    #expect(pages == [["1", "2"], ["3"]] && error?.kind == .service)
    #expect(error?.message == "posts index: the service counts \(total) resources, but sent 3")
  }

  /// A stream follows a link that skips resources, and reports the number of skipped resources.
  ///
  /// The cases are a link that skips a page, a link with a larger page size, a link with too high an offset, and a
  /// correct link.
  @Test(arguments: [
    ("/p?page[number]=3&page[size]=2", 2), ("/p?page[number]=2&page[size]=3", 1),
    ("/p?page[offset]=5&page[limit]=2", 3), ("/p?page[number]=2&page[size]=2", 0),
  ]) func aLinkThatSkipsResourcesIsKept(next: String, count: Int) async {
    let (client, _) = ResourceClient.scripted([page([1, 2], next: next), page([9])])
    var query = Query()
    query.page = Pagination.Page(number: 1, size: 2)
    let (pages, changes, error) = await drained(client.stream(query))
    #expect(pages == [["1", "2"], ["9"]] && error == nil)
    #expect(
      changes
        == (count == 0
          ? [] : ["the links to next pages skip \(count) resource\(count == 1 ? "" : "s"): rows may be missing"]))
  }

  /// If a page has fewer resources than requested, the stream reports no skipped resources.
  @Test func aSmallerPageSkipsNothing() async {
    let (client, _) = ResourceClient.scripted([page([1, 2], next: link(2)), page([3])])
    var query = Query()
    query.page = Pagination.Page(number: 1, size: 100)
    #expect(await drained(client.stream(query)).changes.isEmpty)
  }

  /// A total that is smaller than the number of resources on its page is wrong, so the client counts the resources.
  @Test func aCountBelowItsPageIsCounted() async throws {
    let (client, _) = ResourceClient.scripted([page([1, 2], total: 0), page([1, 2], total: 0)])
    #expect(try await client.count(Query()) == 2)
  }

  @Test func aTotalThatIsNoNumberIsKept() async {
    let page = ScriptedTransport.Answer.result(
      #"{"data":[{"type":"posts","id":"1"}],"meta":{"record-count":"many"}}"#)
    let (client, _) = ResourceClient.scripted([page])
    let (pages, changes, error) = await drained(client.stream(Query()))
    #expect(pages == [["1"]] && error == nil)
    #expect(changes == [#"the total (record-count) can't be read: "many""#])
  }

  // MARK: - Changes of the list during the read

  @Test func aTotalThatMovesIsKept() async {
    let (client, _) = ResourceClient.scripted([
      page([1, 2], next: link(2), total: 6), page([5, 6], total: 4),
    ])
    let (pages, changes, error) = await drained(client.stream(Query()))
    #expect(pages == [["1", "2"], ["5", "6"]] && error == nil)
    #expect(
      changes == [
        "the total (record-count) changed from 6 to 4 while the list was read: rows may be missing or repeated"
      ])
  }

  @Test(arguments: [
    (ListCompletenessCheck.ListChangePolicy.keep, [["1", "2"], ["2", "3"], ["4"]], "1 id was received twice"),
    (.passOver, [["1", "2"], ["3"], ["4"]], "1 id was received twice; repetitions were ignored"),
  ]) func aRepeatedIDIsCounted(rule: ListCompletenessCheck.ListChangePolicy, pages: [[String]], sentence: String) async
  {
    let (client, _) = ResourceClient.scripted([
      page([1, 2], next: link(2)), page([2, 3], next: link(3)), page([4]),
    ])
    let drained = await drained(client.stream(Query(), rule: rule), rule)
    #expect(drained.pages == pages && drained.changes == [sentence] && drained.error == nil)
  }

  @Test func theSameIDOfAnotherTypeIsAnotherResource() async {
    let (client, _) = ResourceClient.scripted([
      .result(#"{"data":[{"type":"dogs","id":"1"},{"type":"cats","id":"1"},{"id":"1"},{"id":"1"}]}"#)
    ])
    #expect(await drained(client.stream(Query())).changes.isEmpty)
  }

  @Test(arguments: [
    (
      6, 4, [3, 4],
      "the total (record-count) changed from 6 to 4 while the list was read: rows may be missing or repeated"
    ),
    (6, 6, [2, 3], "1 id was received twice"),
  ]) func aStreamMayFailWhereItsListIsChanged(before: Int, after: Int, ids: [Int], sentence: String) async {
    let (client, _) = ResourceClient.scripted([
      page([1, 2], next: link(2), total: before), page(ids, next: link(3), total: after),
    ])
    let (pages, _, error) = await drained(client.stream(Query(), rule: .fail))
    #expect(pages == [["1", "2"]])
    #expect(
      report(error) == [
        "service", "posts index: \(sentence)",
        "repeat the read when nobody is changing the resources, or allow changes with on-shift: \"note\"",
      ])
  }

  @Test(arguments: [nil, 4]) func pagesThatOverlapEndIt(total: Int?) async {
    let (client, transport) = ResourceClient.scripted([
      page([1, 2], next: link(2), total: total), page([3, 4], next: link(3), total: total),
      page([2, 1], next: link(4), total: total), page([3, 4], next: link(5), total: total),
    ])
    let (pages, _, error) = await drained(client.stream(Query(), rule: .passOver))
    #expect(pages == [["1", "2"], ["3", "4"], []] && transport.sent.count == 4)
    #expect(
      report(error) == [
        "protocol", "posts index: page 4 and the previous page have no new resources",
        "the service's pages overlap; to give the list a fixed order, try sort: \"id\"",
      ])
  }

  @Test func pagesThatOthersPushedBackGoOn() async {
    let (client, _) = ResourceClient.scripted([
      page([1, 2], next: link(2), total: 5), page([3, 4], next: link(3), total: 5),
      page([1, 2], next: link(4), total: 9), page([3, 4], next: link(5), total: 9), page([5], total: 9),
    ])
    let (pages, changes, error) = await drained(client.stream(Query()))
    #expect(pages.last == ["5"] && error == nil)
    #expect(
      changes == [
        "the total (record-count) changed from 5 to 9 while the list was read: rows may be missing or repeated",
        "4 ids were received twice",
      ])
  }

  @Test func aCountByPagesCountsEachOnce() async throws {
    let (client, _) = ResourceClient.scripted([
      page([1], next: link(2)), page([1, 2], next: link(2)), page([2, 3]),
    ])
    #expect(try await client.count(Query()) == 3)
  }
}
