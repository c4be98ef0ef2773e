@_spi(Sending) import Client
import JSONAPI
import JSONText
import Testing

/// Tests of the next steps of errors that show wrong client settings, such as a wrong `type:`.
@Suite struct NextStepTests {
  private static func refusal(_ code: String, _ detail: String) -> ScriptedTransport.Answer {
    .error(
      #"{"code":422,"message":"JSONAPI error","data":{"errors":[{"detail":"\#(detail)","code":\#(code),"status":"400"}]}}"#
    )
  }

  private func nextStep(
    _ answers: [ScriptedTransport.Answer], type: String = "peer_posts",
    _ body: (ResourceClient) async throws -> Void
  ) async -> String? {
    let (client, _) = ResourceClient.scripted(answers, ClientSettings(type: type, meta: [:]))
    var nextStep: String?
    for _ in answers {
      do { try await body(client) } catch { nextStep = (error as? ClientError)?.nextStep }
    }
    return nextStep
  }

  @Test(arguments: ["106", "\"106\""]) func anotherParentNamesItsSingular(code: String) async {
    let refusal = Self.refusal(code, "The required parameter, post_id, is missing.")
    #expect(
      await nextStep([refusal]) { _ = try await $0.relationship("tags", of: "1").show() }
        == #"client queue: "posts" type: "peer_posts" singular: "post""#)
    // This client did send `post_id`, so the error proposes no other `singular:`.
    #expect(
      await nextStep([refusal], type: "posts") { _ = try await $0.relationship("tags", of: "1").show() } == nil)
  }

  @Test func suggestsTheSeenType() async {
    let refusal = Self.refusal("101", "peer_posts is not a valid resource.")
    #expect(
      await nextStep([refusal]) { _ = try await $0.document($0.createRequest([:])) }
        == "the service of this queue serves another type; make a client with that type: "
        + #"client queue: "posts" type: "...""#
    )
    let answers: [ScriptedTransport.Answer] = [#"{"data":{"type":"posts","id":"1"}}"#, refusal]
    #expect(
      await nextStep(answers) { _ = try await $0.document($0.createRequest([:])) }
        == #"client queue: "posts" type: "posts""#)
  }

  @Test(arguments: [
    ("number", "page: {offset: 0, limit: 100}"), ("size", "page: {offset: 0, limit: 100}"),
    ("offset", "page: {number: 1, size: 100}"), ("limit", "page: {number: 1, size: 100}"),
  ]) func otherPagesAreNamed(member: String, step: String) async {
    let refusal = Self.refusal("105", "\(member) is not an allowed page parameter.")
    #expect(await nextStep([refusal]) { _ = try await $0.index(Query()) } == step)
  }

  @Test(arguments: [
    (
      #"{"author":null}"#, "author",
      #"if author is a relationship, declare the relationship: "#
        + #"client queue: "posts" relationships: {author: "authors"}"#
        + #"; or clear the relationship: relink posts 4 "author" null"#
    ),
    (
      #"{"inserted-at":"x"}"#, "inserted-at", "remove the field; in a pipeline: | without .inserted-at"
    ),
  ]) func aFieldThatIsNotAllowedHasAWayRound(record: String, name: String, step: String) async throws {
    let record = try object(record)
    let refusal = Self.refusal("\"105\"", "\(name) is not allowed.")
    #expect(
      await nextStep([refusal], type: "posts") { _ = try await $0.document($0.updateRequest("4", record)) } == step)
    let ofCreate = step.replacing("; or clear the relationship: relink posts 4 \"author\" null", with: "")
    #expect(
      await nextStep([refusal], type: "posts") { _ = try await $0.document($0.createRequest(record)) } == ofCreate)
    #expect(await nextStep([refusal], type: "posts") { _ = try await $0.document($0.createRequest([:])) } == nil)
  }

  private func refused(
    _ change: RelationshipClient.LinkageChange, _ linkage: JSONValue, after answers: [ScriptedTransport.Answer] = [],
    declared: ClientSettings.DeclaredRelationship? = nil
  ) async throws -> (message: String, nextStep: String?, sent: Int) {
    var settings = ClientSettings(type: "posts", meta: [:])
    if let declared { settings.relationships["author"] = declared }
    let (client, transport) = ResourceClient.scripted(answers + ["{}"], settings)
    for _ in answers { _ = try await client.show("1") }
    do throws(ClientError) {
      _ = try await client.send(client.relationship("author", of: "2").changeRequest(change, linkage))
      return ("", nil, transport.sent.count - answers.count)
    } catch { return (error.message, error.nextStep, transport.sent.count - answers.count) }
  }

  private static let author: JSONValue = ["type": "authors", "id": "7"]

  @Test func refusesToLinkADeclaredToOne() async throws {
    let one = ClientSettings.DeclaredRelationship.toOne(type: "authors")
    for linkage in [Self.author, [Self.author], ["id": "7"], .null] as [JSONValue] {
      let unlink = try await refused(.unlink, linkage, declared: one)
      #expect(
        unlink.message
          == "posts unlink: author is a to-one relationship, but unlink removes resources from a to-many relationship")
      #expect(unlink.nextStep == #"relink posts 2 "author" null"#)
      #expect(unlink.sent == 0)
    }
    let link = try await refused(.link, ["id": "7"], declared: one)
    #expect(
      link.message == "posts link: author is a to-one relationship, but link adds resources to a to-many relationship")
    #expect(link.nextStep == #"relink posts 2 "author" {id: "7"}"#)
    #expect(try await refused(.relink, .null, declared: one).sent == 1)
  }

  @Test(arguments: [
    #"{"data":{"type":"posts","id":"1","relationships":{"author":{"data":{"type":"authors","id":"1"}}}}}"#,
    #"{"data":{"type":"posts","id":"1","relationships":{"author":{"data":null}}}}"#,
    #"{"data":{"type":"posts","id":"1","relationships":{"author":{"data":[]},"tags":{"links":{}}}}}"#,
  ]) func whatIsSentDoesNotDependOnEarlierReplies(answer: String) async throws {
    for change in [RelationshipClient.LinkageChange.link, .unlink] {
      #expect(try await refused(change, [Self.author], after: [.result(answer)]).sent == 1)
    }
  }

  /// The client refuses to unlink from a to-one relationship.
  ///
  /// jsonapi-resources would clear the relationship, whatever the identifiers of the unlink are.
  ///
  /// To recognise a to-one relationship, the client first reads its linkage. The client need not read the linkage of a
  /// relationship that the settings declare as to-many.
  @Test(arguments: [
    (#"{"data":[]}"#, nil), (#"{"data":[{"type":"authors","id":"7"}]}"#, nil),
    (#"{"data":null}"#, "author is a to-one relationship"),
    (#"{"data":{"type":"authors","id":"7"}}"#, "author is a to-one relationship"),
    (#"{"data":"7"}"#, "the reply's data is not linkage"), ("{}", "the reply has no data"),
  ]) func anUnlinkReadsTheLinkage(answer: String, refusal: String?) async throws {
    let (client, transport) = ResourceClient.scripted([.result(answer)], ClientSettings(type: "posts", meta: [:]))
    let params: JSONObject = ["post_id": "2", "relationship": "author", "data": [Self.author]]
    var message: String?
    do throws(ClientError) { try await client.refuseUnlinkOfToOne(params, timeout: nil) } catch {
      message = error.message
      #expect(!error.wasSent)
    }
    #expect((message == nil) == (refusal == nil) && message?.contains(refusal ?? "") ?? true, "\(message ?? "")")
    #expect(transport.sent.count == 1)
    var declared = client
    declared.settings.relationships["author"] = .toMany(type: "authors")
    try await declared.refuseUnlinkOfToOne(params, timeout: nil)
    #expect(transport.sent.count == 1)
  }

  @Test func refusesASingleIdentifierForAToMany() async throws {
    let link = try await refused(.link, Self.author)
    #expect(link.message == "posts link: link adds resources to a to-many relationship, but the value is not a list")
    #expect(
      link.nextStep
        == #"[{type: "authors", id: "7"}]; if author is a to-one relationship: relink posts 2 "author" {type: "authors", id: "7"}"#
    )
    #expect(link.sent == 0)
  }

  /// jsonapi-resources links nothing to a to-one relationship, and replies with the result null in this case.
  @Test func aLinkWithoutEffectIsAnError() async throws {
    let (client, transport) = ResourceClient.scripted(["null", "{}"], ClientSettings(type: "posts", meta: [:]))
    let author = client.relationship("author", of: "2")
    await #expect(throws: ClientError.self) {
      _ = try await client.send(author.changeRequest(.link, [Self.author]))
    }
    #expect(transport.sent.count == 1)
  }
}
