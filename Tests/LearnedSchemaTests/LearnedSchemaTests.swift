import Client
import Foundation
import JSONAPI
import JSONText
import LearnedSchema
import Testing

/// Tests of the schema that retort learns from replies, and of the part that retort stores in a file.
@Suite struct LearnedSchemaTests {
  private static let page = """
    {"data": [
      {"type": "posts", "id": "1", "attributes": {"text": "Hi", "state": "draft", "views": 3, "api-key": "s3cret",
        "inserted-at": "2026-01-02T03:04:05Z", "note": null, "tags": ["a"], "open": true},
       "relationships": {"author": {"data": {"type": "authors", "id": "7"}}, "comments": {"data": []}, "owner": {}}},
      {"type": "posts", "id": "2", "attributes": {"state": "published", "note": "x"},
       "relationships": {"comments": {"data": [{"type": "comments", "id": "3"}]}}}],
     "included": [{"type": "authors", "id": "7", "attributes": {"name": "Ann"}}]}
    """

  private func learn(_ store: SchemaStore, _ text: String = page, _ params: JSONObject = [:]) throws -> QueueSchema {
    let schema = store.schema(of: "posts", at: "here")
    schema.observe(.success(try JSONValue(parsing: text)), to: "index", params, of: "posts")
    return schema
  }

  private func temporary() -> String {
    FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)").path
  }

  @Test func typesAreLearned() throws {
    let schema = try learn(SchemaStore(directory: nil))
    let posts = try #require(schema["posts"])
    #expect(posts.attributes.names == ["text", "state", "views", "api-key", "inserted-at", "note", "tags", "open"])
    #expect(posts.attributes["state"]?.values == ["draft", "published"])
    #expect(posts.attributes["note"]?.isNullable == true && posts.attributes["note"]?.kinds == [.string])
    #expect(posts.attributes["inserted-at"]?.kinds == [.time] && posts.attributes["tags"]?.kinds == [.list])
    #expect(posts.attributes["api-key"]?.values == [])
    #expect(posts.relationships["author"]?.types == ["authors"] && posts.relationships["author"]?.isToMany == false)
    #expect(posts.relationships["comments"]?.types == ["comments"] && posts.relationships["comments"]?.isToMany == true)
    #expect(posts.relationships["owner"]?.isToMany == nil)
    #expect(posts.ids == ["2", "1"] && schema["authors"]?.attributes.names == ["name"])
    #expect(schema.types == ["authors", "posts"] && schema.clientTypes == ["posts"])
  }

  @Test func ofManyValuesSomeAreKept() throws {
    let store = SchemaStore(directory: nil)
    for views in 1...20 {
      _ = try learn(store, #"{"data": {"type": "posts", "id": "1", "attributes": {"views": \#(views)}}}"#)
    }
    let views = try #require(store.schema(of: "posts", at: "here")["posts"]?.attributes["views"])
    #expect(views.hasMoreValues && views.values == [1, 2, 3])
  }

  @Test func acceptedNamesAreLearned() throws {
    let schema = try learn(
      SchemaStore(directory: nil), Self.page,
      ["filter": ["state": "draft"], "sort": "-views,id", "include": "author,comments.author"])
    #expect(schema["posts"]?.names(in: .filter) == ["state"])
    #expect(schema["posts"]?.names(in: .sort) == ["views", "id"])
    #expect(schema["posts"]?.names(in: .include) == ["author", "comments.author"])
  }

  @Test(arguments: [
    (
      ErrorDetail(code: "102", detail: "stat is not allowed.", parameter: "filter"), TypeSchema.QueryParameter.filter,
      ["stat"]
    ),
    (
      ErrorDetail(status: "422", title: "Unknown Filter", detail: "Unknown stat filter", pointer: "/filter/stat"),
      .filter,
      ["stat"]
    ),
    (
      ErrorDetail(code: "112", title: "Invalid field", detail: "autor is not a valid relationship of posts"), .include,
      ["autor"]
    ),
    (ErrorDetail(detail: "`autor` is an unknown relationship path", parameter: "include"), .include, ["autor"]),
    (ErrorDetail(code: "114", detail: "view is not a valid sort criteria for posts"), .sort, ["view"]),
    (ErrorDetail(status: "500", title: "Internal Server Error"), .filter, []),
    (ErrorDetail(code: "107", detail: "x is not a valid value for state.", parameter: "filter"), .filter, ["state"]),
  ])
  func refusedNamesAreLearned(detail: ErrorDetail, parameter: TypeSchema.QueryParameter, refused: [String]) throws {
    let schema = SchemaStore(directory: nil).schema(of: "posts", at: "here")
    var error = ClientError(.service, "refused")
    error.errors = [detail]
    let params: JSONObject = [
      "filter": ["stat": "x", "state": "y"], "include": "autor,comments", "sort": "-view,id",
    ]
    schema.observe(.failure(error), to: "index", params, of: "posts")
    #expect(schema["posts"]?.names(in: parameter, accepted: false) ?? [] == refused)
  }

  @Test func aProcessUsesTheSchemaOfAnother() throws {
    let directory = temporary()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let first = SchemaStore(directory: directory)
    _ = try learn(first, Self.page, ["filter": ["state": "draft"]])
    #expect(first.save(withValues: false) == nil)
    let second = SchemaStore(directory: directory)
    let schema = second.schema(of: "posts", at: "here")
    #expect(schema["posts"] == nil)
    schema.load()
    #expect(schema["posts"]?.attributes.names.first == "text" && schema["posts"]?.names(in: .filter) == ["state"])
    #expect(schema["posts"]?.relationships["author"]?.types == ["authors"])
    #expect(schema["posts"]?.attributes["state"]?.values == [] && schema["posts"]?.ids == [])
    #expect(second.queues(at: "here") == ["posts"] && second.queues(at: "there") == [])
  }

  @Test func valuesAreKeptWhereThatIsWanted() throws {
    let directory = temporary()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let file = directory + "/here/posts.json"
    for withValues in [false, true, false] {
      let store = SchemaStore(directory: directory)
      _ = try learn(store)
      #expect(store.save(withValues: withValues) == nil)
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.contains("draft") == withValues && text.contains("\"ids\"") == withValues)
      #expect(!text.contains("s3cret"))
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func twoProcessesLoseNothing() throws {
    let directory = temporary()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let stores = [SchemaStore(directory: directory), SchemaStore(directory: directory)]
    for (index, store) in stores.enumerated() {
      _ = try learn(store, #"{"data": {"type": "posts", "id": "1", "attributes": {"n\#(index)": 1}}}"#)
    }
    for store in stores { #expect(store.save(withValues: false) == nil) }
    let third = SchemaStore(directory: directory)
    let schema = third.schema(of: "posts", at: "here")
    schema.load()
    #expect(schema["posts"]?.attributes.names.sorted() == ["n0", "n1"])
  }

  @Test func anUnchangedSchemaIsNotWrittenAgain() throws {
    let directory = temporary()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let store = SchemaStore(directory: directory)
    let file = directory + "/here/posts.json"
    for (text, isWritten) in [
      (Self.page, true), (Self.page, false), (#"{"data": {"type": "posts", "id": "9"}}"#, false),
      (#"{"data": {"type": "posts", "id": "9", "attributes": {"more": 1}}}"#, true),
    ] {
      _ = try learn(store, text)
      #expect(store.save(withValues: false) == nil)
      #expect(FileManager.default.fileExists(atPath: file) == isWritten)
      try? FileManager.default.removeItem(atPath: file)
    }
    _ = try learn(store, #"{"data": {"type": "posts", "id": "8"}}"#)
    #expect(store.save(withValues: true) == nil && FileManager.default.fileExists(atPath: file))
  }

  @Test func allIsForgotten() throws {
    let directory = temporary()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let store = SchemaStore(directory: directory)
    let schema = try learn(store)
    #expect(store.save(withValues: true) == nil && store.forget(schema) == nil && schema.types == [])
    #expect(SchemaStore(directory: directory).queues(at: "here") == [])
    _ = try learn(store)
    #expect(store.save(withValues: true) == nil && store.forget() == nil && store.queues(at: "here") == [])
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
  }

  @Test(arguments: ["", "{", "[]", #"{"place":"here","queue":"posts","types":{"posts":7,"x":{"attributes":[]}}}"#])
  func aBrokenFileIsReplaced(text: String) throws {
    let directory = temporary()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try FileManager.default.createDirectory(atPath: directory + "/here", withIntermediateDirectories: true)
    try text.write(toFile: directory + "/here/posts.json", atomically: false, encoding: .utf8)
    let store = SchemaStore(directory: directory)
    store.schema(of: "posts", at: "here").load()
    _ = try learn(store)
    #expect(store.save(withValues: false) == nil)
    let other = SchemaStore(directory: directory)
    other.schema(of: "posts", at: "here").load()
    #expect(other.schema(of: "posts", at: "here")["posts"]?.attributes["state"] != nil)
  }

  @Test func anyNameHasAFile() throws {
    let directory = temporary()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let store = SchemaStore(directory: directory)
    let names = [
      "../../x", "", ".", "a/b", "é\u{0}\n", String(repeating: "ü", count: 255), String(repeating: "ü", count: 254),
    ]
    for name in names {
      let schema = store.schema(of: name, at: "host:5672 /\(name)")
      schema.observe(.success(try JSONValue(parsing: Self.page)), to: "index", [:], of: "posts")
    }
    #expect(store.save(withValues: false) == nil)
    let other = SchemaStore(directory: directory)
    for name in names { #expect(other.queues(at: "host:5672 /\(name)") == [name]) }
  }

  @Test func anUnwritableDirectoryIsReportedOnce() throws {
    let store = SchemaStore(directory: "/proc/nowhere")
    _ = try learn(store)
    #expect(
      store.save(withValues: false) == "can't store the learned fields in /proc/nowhere: No such file or directory")
    _ = try learn(store)
    #expect(store.save(withValues: false) == nil)
  }

  @Test func aSchemaThatWasNotWrittenIsWrittenLater() throws {
    let directory = temporary()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try "a file".write(toFile: directory, atomically: false, encoding: .utf8)
    let store = SchemaStore(directory: directory)
    _ = try learn(store)
    store.schema(of: "tags", at: "here").observe(
      .success(try JSONValue(parsing: Self.page)), to: "index", [:], of: "posts")
    #expect(store.save(withValues: false) == "can't store the learned fields in \(directory): Not a directory")
    try FileManager.default.removeItem(atPath: directory)
    #expect(store.save(withValues: false) == nil)
    #expect(SchemaStore(directory: directory).queues(at: "here") == ["posts", "tags"])
  }

  /// The schema stays small, even if a service sends very many types, attributes and ids.
  @Test func theSizeOfASchemaIsLimited() throws {
    let store = SchemaStore(directory: nil)
    for number in 0..<600 {
      let attributes = (0..<5).map { "\"a\(number)-\($0)\": \"\(String(repeating: "v", count: 100))\"" }
      _ = try learn(
        store,
        """
        {"data": [{"type": "t\(number)", "id": "1"}, {"type": "posts", "id": "\(number)", \
        "attributes": {"\(String(repeating: "n", count: 10_000))": 1, \(attributes.joined(separator: ","))}}]}
        """)
    }
    let schema = store.schema(of: "posts", at: "here")
    #expect(schema.types.count <= 500 && schema["posts"]?.attributes.names.count ?? 0 <= 300)
    #expect(schema["posts"]?.ids.count == 20)
    #expect(schema["posts"]?.attributes.entries.allSatisfy { $0.value.values.isEmpty } == true)
  }
}
