import Testing
@testable import ResourceService

@Test func explore() throws {
  let service = try ResourceService.open(.sample("blog"))
  func ask(_ queue: String, _ method: String, _ params: String) {
    let body = #"{"id":"1","jsonrpc":"2.0","method":"\#(method)","params":\#(params)}"#
    let reply = service.answer(queue: queue, body: Array(body.utf8)).map { String(decoding: $0, as: UTF8.self) }
    print(queue, method, params, "\n   ", reply ?? "nil")
  }
  ask("posts", "show", #"{"id":"110"}"#)
  ask("posts", "show", #"{"id":1,"include":"author,tags,comments.author"}"#)
  ask("posts", "index", #"{"page":{"size":2}}"#)
  ask("posts", "index", #"{"page":{"number":2,"size":2},"filter":{"state":"spam,archived"},"sort":"-views","fields":{"posts":"views"}}"#)
  ask("posts", "index", #"{"page":{"number":3,"size":2},"filter":{"state":"spam,archived"},"sort":"-views","fields":{"posts":"views"}}"#)
  ask("posts", "index", #"{"page":{"number":1,"size":2},"filter":{"author":"7","tags":"3"},"sort":"author.name,-id","fields":{"posts":"views"},"include":"author","fields":{"posts":"author","authors":"name"}}"#)
  ask("authors", "index", #"{"page":{"number":99}, "filter":{"posts":"3,4"}}"#)
  ask("tags", "index", #"{"page":{"number":99}}"#)
  ask("posts", "create", #"{"data":{"type":"posts","attributes":{"text":"","state":"x","views":"many"},"relationships":{"author":{"data":{"type":"authors","id":"999"}},"tags":{"data":[{"type":"tags","id":"77"}]}}}}"#)
  ask("posts", "create", #"{"data":{"type":"posts"}}"#)
  ask("posts", "create", #"{"data":{"type":"posts","attributes":{"text":"Hä\u2028\"","rating":1.10,"views":9007199254740993},"relationships":{"author":{"data":{"type":"authors","id":"1"}},"tags":{"data":[{"type":"tags","id":"2"},{"type":"tags","id":"1"}]}}},"include":"tags"}"#)
  ask("posts", "create", #"{"data":{"type":"posts","id":"1001","attributes":{"text":"x"}}}"#)
  ask("posts", "update", #"{"id":"1001","data":{"type":"posts","id":"1001","attributes":{"text":"y","state":"z"},"relationships":{"tags":{"data":[]}}},"include":"tags"}"#)
  ask("posts", "update", #"{"id":"1001","data":{"type":"posts","id":"1001","attributes":{"text":"y","state":"spam"},"relationships":{"tags":{"data":[]}}},"include":"tags"}"#)
  ask("posts", "destroy", #"{"id":"1001"}"#)
  ask("posts", "destroy", #"{"id":"1001"}"#)
  ask("authors", "destroy", #"{"id":"1"}"#)
  ask("authors", "create", #"{"data":{"type":"authors","attributes":{"name":"Ada Archer","email":"author1@example.com","active":null,"born_on":"x"}}}"#)
  ask("authors", "create", #"{"data":{"type":"authors","attributes":{"name":"Ada Archer","email":"author1@example.com","active":null}}}"#)
  ask("posts", "index", #"{"filter":{"nope":"1","views":3},"include":"nope","sort":"bad,-worse","page":{"size":1001,"number":0,"x":1},"fields":{"posts":"a","nopes":"b"}}"#)
  ask("posts", "show", #"{"id":"abc"}"#)
  ask("posts", "nosuch", #"{}"#)
  print(service.answer(queue: "nope", body: []) as Any, String(decoding: service.answer(queue: "posts", body: Array("{\"id".utf8)) ?? [], as: UTF8.self))
}
