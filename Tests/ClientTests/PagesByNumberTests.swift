import Client
import JSONAPI
import JSONRPC
import JSONText
import Testing

/// Tests of lists whose pages have no links to next pages, and of lists without an end.
@Suite struct PagesByNumberTests {
  private static let refusal = ScriptedTransport.Answer.error(
    #"{"code":422,"message":"","data":{"errors":[{"status":"422","title":"Page number must be"}]}}"#)

  /// Returns a page of posts with these ids.
  private func page(
    _ ids: some Sequence<Int>, total: Int? = nil, links: [String: Int] = [:]
  ) -> ScriptedTransport.Answer {
    let data = ids.map { #"{"type":"posts","id":"\#($0)"}"# }.joined(separator: ",")
    let meta = total.map { #","meta":{"record-count":\#($0)}"# } ?? ""
    let links = links.map { #""\#($0)":"/p?page[number]=\#($1)&page[size]=2""# }.joined(separator: ",")
    return .result(#"{"data":[\#(data)],"links":{\#(links)}\#(meta)}"#)
  }

  private struct ReadList {
    var counts: [Int] = []
    var notes: [String] = []
    var error: ClientError?
    var pages: [String] = []
  }

  /// Reads a list to its end, from a page with the given size or without a page.
  private func read(_ answers: [ScriptedTransport.Answer], size: Int? = nil, number: Int = 1) async -> ReadList {
    let (client, transport) = ResourceClient.scripted(answers)
    var query = Query()
    query.page = size.map { Pagination.Page(number: number, size: $0) }
    var stream = client.stream(query)
    var result = ReadList()
    result.error = await failure { () throws(ClientError) in
      while let page = try await stream.next() { result.counts.append(page.count) }
    }
    result.notes = stream.changes.sentences(.keep)
    result.pages = transport.params.map { params in
      (try? JSONValue(parsing: params))?["page"]?["number"]?.text ?? "-"
    }
    return result
  }

  @Test(arguments: [nil, 2]) func aTotalWithoutLinksLeadsThroughAllPages(size: Int?) async {
    let list = await read([page(1...2, total: 5), page(3...4, total: 5), page([5], total: 5)], size: size)
    #expect(list.counts == [2, 2, 1] && list.notes.isEmpty && list.error == nil)
    #expect(list.pages == [size == nil ? "-" : "1", "2", "3"])
  }

  @Test func aServiceThatLimitsTheSizeIsReadInItsSize() async {
    let (client, transport) = ResourceClient.scripted([page(1...2, total: 3), page([3], total: 3)])
    var query = Query()
    query.page = Pagination.Page(number: 1, size: 10)
    var stream = client.stream(query)
    while await (try? stream.next()) != nil {}
    #expect(transport.params.last == #"{"page":{"number":2,"size":2}}"#)
  }

  @Test func aListFromALaterPageIsReadToItsTotal() async {
    let list = await read([page(3...4, total: 5), page([5], total: 5)], size: 2, number: 2)
    #expect(list.counts == [2, 1] && list.pages == ["2", "3"])
  }

  @Test func aLastPageFarAwayIsReachedByNumber() async {
    let list = await read([page(1...2, links: ["last": 2]), page([3], links: ["last": 2])], size: 2)
    #expect(list.counts == [2, 1] && list.error == nil)
  }

  /// Without a total and links, a full page can have a next page.
  @Test func afterAFullPageTheNextOneIsRequested() async {
    let list = await read([page(1...2), page(3...4), page([5])], size: 2)
    #expect(list.counts == [2, 2, 1] && list.notes.isEmpty)
    let round = await read([page(1...10), page(11...17)])
    #expect(round.counts == [10, 7] && round.pages == ["-", "2"])
  }

  @Test(arguments: [(1...9, nil), (1...11, nil), (1...1_005, nil), (1...2, 3)] as [(ClosedRange<Int>, Int?)])
  func afterAPageThatIsNotFullNothingIsRequested(ids: ClosedRange<Int>, size: Int?) async {
    #expect(await read([page(ids)], size: size).pages.count == 1)
  }

  /// A service that does not know the parameter `page` sends the whole list again.
  @Test func aRepeatedListIsTheWholeList() async {
    let list = await read([page(1...10), page((1...10).reversed())])
    #expect(list.counts == [10] && list.notes.isEmpty && list.error == nil && list.pages.count == 2)
  }

  @Test func aRefusedPageEndsTheList() async {
    let whole = await read([page(1...10), Self.refusal])
    #expect(whole.counts == [10] && whole.notes.isEmpty && whole.error == nil)
    let note =
      "the page is full (2 resources), but page 2 can't be read, and the service names neither a total nor a next page: "
      + "rows may be missing"
    #expect(await read([page(1...2), Self.refusal], size: 2).notes == [note])
  }

  /// A service that does not expect a page can send no reply; the first reply was then probably the whole list.
  @Test func anUnexpectedPageIsNoError() async {
    let silence = ScriptedTransport.Answer.failure(LinkError(.timeout, "silence", wasSent: true))
    let list = await read([page(1...10), silence])
    #expect(list.counts == [10] && list.error == nil && list.notes.count == 1)
    #expect(await read([page(1...10), page(11...20), silence]).error?.kind == .timeout)
    #expect(await read([page(1...2), silence], size: 2).error?.kind == .timeout)
  }

  @Test func aCountReadsAllPages() async throws {
    let (client, _) = ResourceClient.scripted([page([1]), page(1...3), page(4...6), page([7])])
    #expect(try await client.count(Query()) == 7)
  }

  // MARK: - Lists without an end

  @Test func aTotalThatGrowsWithEachPageIsAnError() async {
    let list = await read(
      (1...1_100).map { page([2 * $0 - 1, 2 * $0], total: 2 * $0 + 2, links: ["next": $0 + 1]) })
    #expect(
      list.error?.message == "posts index: the end of the list does not come nearer: 1000 successive pages have a next "
        + "page, and the stream received 2002 resources of 2004")
  }

  @Test func emptyPagesBeforeAFarLastPageAreAnError() async {
    let list = await read((1...1_100).map { page([], links: ["next": $0 + 1, "last": 1_000_000]) })
    #expect(list.counts.count == 1_000 && list.error?.kind == .malformed)
  }

  @Test func anEmptyPageAfterAllCountedResourcesEndsTheList() async {
    let last = ["next": 3, "last": 1_000_000]
    let first = ["next": 2, "last": 1_000_000]
    let list = await read([page(1...2, total: 2, links: first), page([], total: 2, links: last)])
    #expect(list.counts == [2, 0] && list.error == nil && list.pages.count == 2)
  }

  @Test func aLongListIsReadToItsEnd() async {
    let list = await read((1...1_500).map { page([$0], total: 1_500, links: $0 < 1_500 ? ["next": $0 + 1] : [:]) })
    #expect(list.counts.count == 1_500 && list.error == nil)
  }
}
