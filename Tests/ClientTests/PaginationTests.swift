import JSONAPI
import JSONText
import Testing

/// Tests of reading pagination from page links and `record-count` (WireProtocol.md, "Pagination").
@Suite struct PaginationTests {
  private func pagination(_ links: String, _ meta: String = "{}") throws -> Pagination? {
    Pagination(meta: try object(meta), links: try JSONValue(parsing: links))
  }

  @Test(arguments: [
    #""http://h/posts?page%5Bnumber%5D=2&page%5Bsize%5D=10""#, #""http://h/posts?page[number]=2&page[size]=10""#,
    #""?page%5bsize%5d=10&x=%zz&page%5bnumber%5d=2&y""#, #"{"href":"/p?page[number]=2&page[size]=10","meta":{}}"#,
    #""http://h/p?a=1\u0026page%5Bnumber%5D=%32\u0026page%5Bsize%5D=10#page[size]=3""#,
  ])
  func aPageIsInTheQuery(link: String) throws {
    #expect(try pagination(#"{"next":\#(link)}"#)?.next == Pagination.Page(number: 2, size: 10))
  }

  @Test(arguments: ["null", "false", "{}", "[]", #""""#, #"{"href":null}"#]) func noLinkIsNoPage(link: String) throws {
    #expect(try pagination(#"{"next":\#(link)}"#) == nil)
  }

  /// An unreadable link to a next page still means that the list has a next page.
  @Test(arguments: [
    "5", "true", "[1]", #"{"hre":"/?page[number]=2&page[size]=3"}"#, #""http://h/posts""#, #""/posts#next""#,
    #""/?page[number]=two&page[size]=3""#, #""/?page[number]=2&page[size]=x""#, #""/?page[after]=abc""#,
    #""/?page[size]=3""#, #""/?page=2""#, #""/?page[offset]=-1&page[limit]=3""#, #""/?page[offset]=2&page[limit]=0""#,
    #""/?page[number]=0&page[size]=3""#, #""/?page[number]=2&page[size]=0""#,
    #""/?page[number]=99999999999999999999&page[size]=1""#, #""/?page%5""#, #""/?page[number]=2""#,
    #""/?page[number]=+2&page[size]=3""#, #""/?page[number]=%-2&page[size]=3""#, #""/?page[number]=2&page[size]=%+3""#,
  ])
  func aLinkThatNamesNoPageIsUnreadable(link: String) throws {
    let pages = try pagination(#"{"next":\#(link)}"#)
    #expect(pages?.next == nil && pages?.hasNext == true)
    #expect(try pages?.unreadableNext == JSONValue(parsing: link))
    #expect(try pagination(#"{"first":\#(link),"last":\#(link),"prev":\#(link)}"#) == nil)
  }

  @Test(arguments: ["null", "{}", "[]"]) func missingLinksAreNil(links: String) throws {
    #expect(try pagination(links) == nil)
  }

  @Test(arguments: [#"["x"]"#, #""/?page[number]=2""#]) func linksThatAreNoObjectAreUnreadable(links: String) throws {
    #expect(try pagination(links)?.hasNext == true)
  }

  @Test(arguments: [
    (#"/?page[number]=2"#, Pagination.Page(number: 2, size: 7)),
    ("/?page[offset]=7", Pagination.Page(offset: 7, limit: 7)),
    ("/?page[number]=2&page[size]=3", Pagination.Page(number: 2, size: 3)),
  ]) func aMissingSizeIsTheOneThatCame(link: String, page: Pagination.Page) throws {
    let links = try JSONValue(parsing: #"{"next":"\#(link)"}"#)
    #expect(Pagination(meta: [:], links: links, size: 7)?.next == page)
  }

  @Test func aPageMayBeAnOffset() throws {
    let next = try pagination(#"{"next":"/?page%5Boffset%5D=20&page%5Blimit%5D=10"}"#)?.next
    #expect(next == Pagination.Page(offset: 20, limit: 10))
    #expect(next?.number == 3 && next?.advanced(by: 2) == Pagination.Page(offset: 40, limit: 10))
    #expect(next?.first == Pagination.Page(offset: 0, limit: 10))
    #expect(next?.advanced(by: .max).offset == .max)
  }

  @Test func theTotalMayBeANumberOrText() throws {
    #expect(try pagination("{}", #"{"record-count":5}"#)?.totalSize == 5)
    #expect(try pagination("{}", #"{"record_count":"5"}"#)?.totalSize == 5)
    #expect(try pagination("{}", #"{"record-count":123456789012345678}"#)?.totalSize == 123_456_789_012_345_678)
    for meta in [#"{"record-count":null}"#, "{}"] { #expect(try pagination("{}", meta) == nil) }
    for total in [#""many""#, "-1", "9.5", "[9]", #""+9""#] {
      let pagination = try pagination("{}", #"{"record-count":\#(total)}"#)
      #expect(pagination?.totalSize == nil && pagination?.unreadableTotal?.text == total)
    }
  }

  @Test func allPagesByTheirNames() throws {
    let link = { (number: Int) in #""/?page[number]=\#(number)&page[size]=3""# }
    let pages = try pagination(#"{"first":\#(link(1)),"last":\#(link(9)),"next":\#(link(5)),"prev":\#(link(3))}"#)
    #expect([pages?.first, pages?.last, pages?.next, pages?.previous].map { $0?.number } == [1, 9, 5, 3])
    #expect(try pagination(#"{"prev":null,"previous":\#(link(3))}"#)?.previous?.number == 3)
  }
}
