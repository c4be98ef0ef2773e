import Foundation
import JSONText
import TestBench
import Testing

@testable import APIServer

/// Tests that no request crashes the service, and that each reply is a valid JSON-RPC 2.0 response.
///
/// The requests are mutations of recorded requests. The seed is fixed. With `RETORT_FUZZ_SECONDS=600` the test
/// continues with further random cases for ten minutes.
@Suite struct MutatedRequestsTests {
  static let dialects: [(ProtocolDialect.ImitatedLibrary?, ProtocolDialect.ListPaging)] = [
    (nil, .number), (nil, .none), (nil, .noCount), (.retort, .number), (.carrot, .number), (.carrot, .offset),
  ]

  /// Values that a mutation puts into a request: other types, extreme numbers and texts with SQL.
  static let values = [
    "null", "true", "0", "-1", "1.5", "1e308", "1e99999999999", String(repeating: "9", count: 40), "\"\"", "\"x\"",
    "[]", "{}", "[null]", "{\"a\":{\"b\":[1]}}", "\"1,2\"", "\"' or 1=1 --\"", "\"-views,-id\"", "\"a.b.c.d.e\"",
    "\"%\"", "[[1]]", "{\"\":1}", "{\"a\\\"b\":1}", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"\\u202e\"",
    "\"author,comments.author,tags\"", "{\"number\":99999999999999999999,\"size\":-1}", "{\"size\":1e3}",
    "{\"offset\":9223372036854775807,\"limit\":9223372036854775807}", "{\"type\":\"posts\",\"id\":\"1\"}",
    "[{\"type\":\"tags\",\"id\":\"1\"},{\"type\":\"tags\",\"id\":\"1\"}]", String(repeating: "[", count: 300),
    String(repeating: "{\"a\":", count: 90) + "1" + String(repeating: "}", count: 90),
    "\"" + String(repeating: "x", count: 5_000) + "\"",
  ]

  static let pieces = [
    "\"", ",", "}", "]", "{", "[", ":", "\u{0}", "\\", "\\ud800", "\u{FEFF}", "é", " ", "\n", "-", "1", "\"id\":1,",
    "\"params\":[],", "\"filter\":{\"id\":\"1\"},", "\"include\":\"author\",", "\"page\":{\"size\":1},",
    "\"sort\":\"-views\",", "\"relationship\":\"tags\",", "\"meta\":{\"beam\":\"x\"},",
  ]

  @Test(arguments: MutatedRequestsTests.dialects) func aReplyIsValid(
    _ flavour: ProtocolDialect.ImitatedLibrary?, _ pages: ProtocolDialect.ListPaging
  ) async throws {
    let service = try ResourceService(opening: "blog", dialect: ProtocolDialect(flavour: flavour, pages: pages))
    let end = Fuzzing.end
    let requests = try Self.requests()
    var random = SeededNumbers(seed: 7)
    var (cases, silent) = (0, 0)
    repeat {
      await Task.yield()  // lets other fuzz tests use the thread
      for _ in 0..<500 {
        let body = Self.mutated(requests[random.below(requests.count)], &random)
        let queue = ["posts", "authors", "comments", "tags"][random.below(4)]
        let reply = service.reply(queue: queue, body: body, correlationID: Array("\(cases)".utf8))
        cases += 1
        guard let answer = reply.body else {
          silent += 1
          continue
        }
        let text = Comment(rawValue: String(decoding: body, as: UTF8.self))
        let object = try #require(try? JSONValue(parsing: answer), text)
        #expect(object["jsonrpc"] == "2.0" && object["id"] != nil, text)
        #expect((object["result"] != nil) != (object["error"] != nil), text)
        guard let error = object["error"] else { continue }
        #expect(error["message"]?.stringValue != nil, text)
        #expect(Int(error["code"]?.text ?? "") != nil, text)
      }
    } while ContinuousClock.now < end
    // Only the flavour of carrot_rpc sends no reply to some invalid requests.
    #expect(cases >= 500 && (silent == 0 || flavour == .carrot))
    // The service still replies to a valid request.
    #expect(
      service.exchange("posts", #"{"id":"1","jsonrpc":"2.0","method":"index","params":{}}"#).contains("\"id\":\"1\""))
  }

  private static func requests() throws -> [[UInt8]] {
    let file = URL(filePath: #filePath).appending(path: "../../ClientTests/Fixtures/recorded-exchanges.ndjson")
      .standardized
    return JSONValue.lines(of: Array(try Data(contentsOf: file))).values.compactMap { line in
      line["request"]?.stringValue.map { Array($0.utf8) }
    }
  }

  /// Returns a request with one to three mutations.
  private static func mutated(_ request: [UInt8], _ random: inout SeededNumbers) -> [UInt8] {
    var bytes = request
    for _ in 0...random.below(3) {
      Fuzzing.mutate(json: &bytes, values: values, pieces: pieces, &random)
    }
    return bytes
  }
}
