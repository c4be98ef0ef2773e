import Testing

@testable import APIServer

/// Tests of services whose lists have no pages, no count, or another form of page links.
@Suite struct DialectTests {
  private func tags(_ pages: ProtocolDialect.ListPaging, _ params: String) throws -> String {
    let service = try ResourceService(opening: "blog", dialect: ProtocolDialect(pages: pages))
    let reply = service.ask("tags", "index", params)
    let count = reply.split(separator: #""type":"tags""#).count - 1
    return "\(count)" + (reply.split(separator: "]", maxSplits: 1).last.map(String.init) ?? "")
  }

  @Test func aListMayHaveNoPages() throws {
    #expect(try tags(.none, #"{"page":{"number":2,"size":3}}"#) == "20}")
    #expect(try tags(.none, #"{"page":"nonsense"}"#) == "20}")
  }

  @Test func aListMayHaveNoCount() throws {
    #expect(
      try tags(.noCount, #"{"page":{"number":2,"size":10}}"#)
        == #"10,"links":{"first":"/tags?page%5Bnumber%5D=1&page%5Bsize%5D=10","prev":"/tags?page%5Bnumber%5D=1&page%5Bsize%5D=10","last":"/tags?page%5Bnumber%5D=2&page%5Bsize%5D=10"}}"#
    )
  }

  private func links(_ offsets: [(String, Int)]) -> String {
    offsets.map { #""\#($0.0)":"/tags?page%5Blimit%5D=8&page%5Boffset%5D=\#($0.1)""# }.joined(separator: ",")
  }

  private static let offsets: [(Int, Int, [(String, Int)])] = [
    (0, 8, [("first", 0), ("next", 8), ("last", 12)]),
    (3, 8, [("first", 0), ("previous", 0), ("next", 11), ("last", 12)]),
    (12, 8, [("first", 0), ("previous", 4), ("last", 12)]),
    (99, 0, [("first", 0), ("previous", 91), ("last", 12)]),
    (Int.max, 0, [("first", 0), ("previous", Int.max - 8), ("last", 12)]),
  ]

  @Test(arguments: offsets) func pagesMayBeOffsets(offset: Int, count: Int, places: [(String, Int)]) throws {
    #expect(
      try tags(.offset, #"{"page":{"offset":\#(offset),"limit":"8"}}"#)
        == #"\#(count),"meta":{"record-count":20},"links":{\#(links(places))}}"#)
  }

  @Test func offsetsAreNoNumbers() throws {
    let service = try ResourceService(opening: "blog", dialect: ProtocolDialect(pages: .offset))
    #expect(
      service.ask("tags", "index", #"{"page":{"number":1,"offset":-1,"limit":0}}"#)
        == #"{"title":"Page parameter not allowed","detail":"number is not an allowed page parameter.","code":"105","source":{"parameter":"page"},"status":"400"},{"title":"Invalid page value","detail":"-1 is not a valid value for offset page parameter.","code":"118","source":{"parameter":"page"},"status":"400"},{"title":"Invalid page value","detail":"0 is not a valid value for limit page parameter.","code":"118","source":{"parameter":"page"},"status":"400"}"#
    )
  }
}
