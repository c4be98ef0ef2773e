import Testing

@testable import ResourceService

/// What a list says of its pages, and how servers of two libraries differ.
@Suite struct DialectTests {
  private func tags(_ pages: Dialect.Pages, _ params: String) throws -> String {
    let service = try ResourceService(opening: "blog", dialect: Dialect(pages: pages))
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
    let service = try ResourceService(opening: "blog", dialect: Dialect(pages: .offset))
    #expect(
      service.ask("tags", "index", #"{"page":{"number":1,"offset":-1,"limit":0}}"#)
        == #"{"title":"Page parameter not allowed","detail":"number is not an allowed page parameter.","code":"105","source":{"parameter":"page"},"status":"400"},{"title":"Invalid page value","detail":"-1 is not a valid value for offset page parameter.","code":"118","source":{"parameter":"page"},"status":"400"},{"title":"Invalid page value","detail":"0 is not a valid value for limit page parameter.","code":"118","source":{"parameter":"page"},"status":"400"}"#
    )
  }

  private static func request(_ method: String, _ params: String) -> String {
    #"{"id":"1","jsonrpc":"2.0","method":"\#(method)","params":\#(params)}"#
  }

  private static let refused = request(
    "create", #"{"data":{"type":"posts","attributes":{"text":"","state":"draft","views":1,"rating":1}}}"#)
  private static let missing = request("show", #"{"id":"0"}"#)
  private static let linkage = request("show_relationship", #"{"post_id":"1","relationship":"author"}"#)
  private static let destroyed = request("destroy", #"{"id":"1"}"#)

  private static let withoutCodes: [(String, String)] = [
    (destroyed, #"{"id":"1","jsonrpc":"2.0","result":{"meta":{}}}"#),
    (
      linkage,
      #"{"error":{"code":-32601,"message":"Method not found","data":{"method":"show_relationship"}},"id":"1","jsonrpc":"2.0"}"#
    ),
    (
      missing,
      #"{"error":{"code":422,"message":"JSONAPI error","data":{"errors":[{"title":"Resource Not Found","source":{"parameter":"id"},"status":"404"}]}},"id":"1","jsonrpc":"2.0"}"#
    ),
    (
      refused,
      #"{"error":{"code":422,"message":"Changeset error","data":{"errors":[{"title":"can't be blank","detail":"text can't be blank","source":{"pointer":"/data/attributes/text"}}]}},"id":"1","jsonrpc":"2.0"}"#
    ),
    (
      request("index", #"{"sort":"x"}"#),
      #"{"error":{"code":422,"message":"JSONAPI error","data":{"errors":[{"title":"Invalid sort criteria","detail":"x is not a valid sort criteria for posts","source":{"parameter":"sort"},"status":"400"}]}},"id":"1","jsonrpc":"2.0"}"#
    ),
    ("[]", #"{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}"#),
  ]

  @Test(arguments: withoutCodes) func retortAnswersWithoutCodes(request: String, reply: String) throws {
    let service = try ResourceService(opening: "blog", dialect: Dialect(flavour: .retort))
    #expect(service.exchange("posts", request) == reply)
  }

  private static let withIntegerCodes: [(String, String)] = [
    (destroyed, #"{"id":"1","jsonrpc":"2.0","result":{}}"#),
    (linkage, #"{"id":"1","jsonrpc":"2.0","result":{"data":{"type":"authors","id":"1"}}}"#),
    (
      missing,
      #"{"error":{"code":422,"message":"JSONAPI error","data":{"errors":[{"title":"Record not found","detail":"The record identified by 0 could not be found.","code":404,"status":"404"}]}},"id":"1","jsonrpc":"2.0"}"#
    ),
    (
      refused,
      #"{"error":{"code":422,"message":"JSONAPI error","data":{"errors":[{"title":"can't be blank","detail":"text - can't be blank","code":100,"source":{"pointer":"/data/attributes/text"},"status":"422"}]}},"id":"1","jsonrpc":"2.0"}"#
    ),
    (
      request("publish", "{}"),
      #"{"error":{"code":-32601,"message":"Method not found","data":{"method":"publish"}},"id":"1","jsonrpc":"2.0"}"#
    ),
  ]

  @Test(arguments: withIntegerCodes) func carrotAnswersWithIntegerCodes(request: String, reply: String) throws {
    let service = try ResourceService(opening: "blog", dialect: Dialect(flavour: .carrot))
    #expect(service.exchange("posts", request) == reply)
  }

  @Test(arguments: ["", "{", "[]", "1", "{}", #"{"method":1}"#, #"{"id":"1","method":"show","params":[]}"#])
  func carrotIsSilentOnWhatIsNoRequest(text: String) throws {
    let service = try ResourceService(opening: "blog", dialect: Dialect(flavour: .carrot))
    #expect(service.reply(queue: "posts", body: Array(text.utf8)).body == nil)
  }
}
