import TestBench
import Testing

/// Tests of the program with a service in Python, which shares no code with retort.
@Suite(.timeLimit(.minutes(15))) struct PeerTests {
  /// Runs statements with a new service, and expects that retort leaves no queue and no connection behind.
  private func ran(_ statements: String) async throws -> Ran {
    let peer = try await Peer()
    let ran = await peer.run(statements)
    #expect(try await peer.stop() == 0)
    #expect(try await peer.vhost.soon { try $0.connections() == 0 })
    #expect(try await peer.vhost.soon { try $0.queues() == ["peer_posts"] })
    return ran
  }

  @Test func resourcesAreReadPageByPage() async throws {
    let ran = try await ran(
      #"""
      count posts
      count posts filter: {state: ["draft", "spam"]}
      let page = index posts page: {number: 1, size: 3} filter: {state: "draft"}
      page | map .id
      page.pagination
      page.links.next
      stream posts | count
      let even = stream posts page: {size: 4} filter: {state: ["draft", "spam"]} | map .id | collect
      join(even, " ")
      stream posts | sort -.views | take 2
      """#)
    #expect(ran.notes == "")
    #expect(ran.status == 0)
    #expect(
      ran.output == #"""
        25
        12
        "4"
        "8"
        "12"
        {"first":{"number":1,"size":3},"last":{"number":2,"size":3},"next":{"number":2,"size":3},"previous":null,"total-size":6}
        "http://peer.example/api/v1/posts?filter%5Bstate%5D=draft&page%5Bnumber%5D=2&page%5Bsize%5D=3"
        25
        "2 4 6 8 10 12 14 16 18 20 22 24"
        {"id":"25","type":"posts","links":{"self":"http://peer.example/api/v1/posts/25"},"attributes":{"text":"Post 25","state":"published","views":2500,"rating":6.25}}
        {"id":"24","type":"posts","links":{"self":"http://peer.example/api/v1/posts/24"},"attributes":{"text":"Post 24","state":"draft","views":2400,"rating":6.00}}

        """#)
  }

  @Test func oneIsShownAndChanged() async throws {
    let ran = try await ran(
      #"""
      show posts 7
      let made = create posts {text: "<b> & \"ü\"", views: 9007199254740993, rating: 1.10}
      made
      show posts made | map {views: .views, next: .views + 1, rating: .rating}
      update posts made {state: "published", views: 123456789012345678901234567890}
      destroy posts made
      try do show posts made rescue e print "\(e.kind): \(e.message)" end
      count posts
      """#)
    #expect(ran.notes == "")
    #expect(ran.status == 0)
    #expect(
      ran.output == #"""
        {"id":"7","type":"posts","links":{"self":"http://peer.example/api/v1/posts/7"},"attributes":{"text":"Post 7","state":"archived","views":700,"rating":1.75}}
        {"id":"26","type":"posts","links":{"self":"http://peer.example/api/v1/posts/26"},"attributes":{"text":"<b> & \"ü\"","state":"draft","views":9007199254740993,"rating":1.10}}
        {"views":9007199254740993,"next":9007199254740994,"rating":1.10}
        {"id":"26","type":"posts","links":{"self":"http://peer.example/api/v1/posts/26"},"attributes":{"text":"<b> & \"ü\"","state":"published","views":123456789012345678901234567890,"rating":1.10}}
        not-found: posts show: The record identified by 26 could not be found.
        25

        """#)
  }

  @Test func unknownNamesAreMarked() async throws {
    let ran = try await ran(#"create posts {text: "", state: "x", views: 1}"#)
    #expect(ran.output == "")
    #expect(ran.status == 1)
    #expect(
      ran.notes == #"""
        error[invalid]: posts create: 2 errors from the service
          --> -c:3:21
        3 | create posts {text: "", state: "x", views: 1}
          |                     ^^         ^^^ is not included in the list
          |                     |
          |                     can't be blank

        """#)
  }

  @Test func aMissingResourceIsNotFound() async throws {
    let ran = try await ran("show posts 999")
    #expect(ran.output == "")
    #expect(ran.status == 1)
    #expect(
      ran.notes == #"""
        error[not-found]: posts show: The record identified by 999 could not be found.
          --> -c:3:12
        3 | show posts 999
          |            ^^^
          = check the id, and the queue and the type of the client

        """#)
  }

  @Test func itsRefusalsAreShown() async throws {
    let ran = try await ran(
      #"""
      try do index posts page: {size: 101} rescue e print "\(e.kind): \(e.message)" end
      try do count posts filter: {views: 1} rescue e print "\(e.kind): \(e.message)" end
      try do create posts {text: "a", color: "red", size: 1} rescue e print "\(e.kind): \(e.message)" end
      try do update posts 1 {text: ""} rescue e print "\(e.kind): \(e.message)" end
      try do call posts "publish" {} rescue e print "\(e.kind): \(e.message)" end
      """#)
    #expect(ran.notes == "")
    #expect(ran.status == 0)
    #expect(
      ran.output == #"""
        service: posts index: size exceeds maximum page size of 100.
        service: posts count: views is not allowed.
        service: posts create: 2 errors from the service
        invalid: posts update: text - can't be blank
        method-not-found: posts publish: Method not found (code -32601)

        """#)
  }

  @Test func manyAreChangedWithManyInFlight() async throws {
    let ran = try await ran(
      #"""
      1..500 | map {text: "Post \(it)", views: it} | create posts in-flight: 64
      stream posts page: {size: 100} | map .id | unique | count
      stream posts page: {size: 100} | collect | destroy posts in-flight: 64 confirm: true
      count posts
      """#)
    #expect(
      ran
        == Ran(
          status: 0,
          output: #"""
            525
            0

            """#,
          notes: #"""
            create posts (queue peer_posts): 500 ok
            destroy posts (queue peer_posts): 525 ok

            """#))
  }
}
