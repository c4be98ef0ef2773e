import JSONRPC
import JSONText
import Testing

/// Tests of encoding and decoding JSON-RPC requests and responses on the side of a service.
@Suite struct EnvelopeTests {
  @Test func aRequestMakesTheRoundTrip() throws {
    let request = Request(id: "a\"b", method: "index", params: ["page": ["size": 1]])
    let bytes = request.encoded()
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"id":"a\"b","jsonrpc":"2.0","method":"index","params":{"page":{"size":1}}}"#)
    #expect(try Request(decoding: bytes) == request)
  }

  @Test(arguments: [
    (#"{"method":"m"}"#, JSONValue.null), (#"{"id":7,"method":"m"}"#, 7),
    (#"{"id":"x","method":"m","params":{}}"#, "x"),
  ])
  func leanRequestsAreRead(text: String, id: JSONValue) throws {
    #expect(try Request(decoding: Array(text.utf8)) == Request(id: id, method: "m", params: [:]))
  }

  @Test(arguments: [
    (
      "[1",
      #"{"error":{"code":-32700,"message":"Parse error","data":"1:3: the text ends inside an array"},"id":null,"jsonrpc":"2.0"}"#
    ),
    ("[]", #"{"error":{"code":-32600,"message":"Invalid Request"},"id":null,"jsonrpc":"2.0"}"#),
    (#"{"id":"x"}"#, #"{"error":{"code":-32600,"message":"Invalid Request"},"id":"x","jsonrpc":"2.0"}"#),
    (#"{"id":"x","method":5}"#, #"{"error":{"code":-32600,"message":"Invalid Request"},"id":"x","jsonrpc":"2.0"}"#),
    (
      #"{"id":"x","method":"m","params":[1]}"#,
      #"{"error":{"code":-32602,"message":"Invalid params"},"id":"x","jsonrpc":"2.0"}"#
    ),
    (
      #"{"id":"x","method":"m","params":null}"#,
      #"{"error":{"code":-32602,"message":"Invalid params"},"id":"x","jsonrpc":"2.0"}"#
    ),
  ])
  func faultsAreAnsweredPrecisely(text: String, answer: String) {
    #expect { try Request(decoding: Array(text.utf8)) } throws: { error in
      (error as? ErrorResponse).map { String(decoding: $0.encoded(), as: UTF8.self) } == answer
    }
  }

  @Test func responsesMakeTheRoundTrip() throws {
    let responses = [
      Response(id: "x", outcome: .result(nil)), Response(id: nil, outcome: .result(["data": []])),
      Response(id: 7, outcome: .error(ErrorObject(.document, "JSONAPI error", data: ["errors": []]))),
    ]
    #expect(
      responses.map { String(decoding: $0.encoded(), as: UTF8.self) } == [
        #"{"id":"x","jsonrpc":"2.0","result":null}"#, #"{"id":null,"jsonrpc":"2.0","result":{"data":[]}}"#,
        #"{"error":{"code":422,"message":"JSONAPI error","data":{"errors":[]}},"id":7,"jsonrpc":"2.0"}"#,
      ])
    #expect(try responses.map { try Response(decoding: $0.encoded()) } == responses)
  }
}
