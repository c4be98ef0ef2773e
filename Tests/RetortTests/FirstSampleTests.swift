import Foundation
import TestBench
import Testing

/// Tests that the first sample of TheLanguage.md runs through a broker, with the queue names of the sample.
@Suite(.timeLimit(.minutes(15))) struct FirstSampleTests {
  static let names = ["posts": "remote_server_post", "authors": "remote_server_author"]

  /// Returns the sample with two differences: `connect` takes the URI from the environment, and `read` reads the file
  /// `people`.
  static func sample(people: String) -> String {
    """
    connect
    let posts   = client queue: "remote_server_post"   type: "posts"
    let authors = client queue: "remote_server_author" type: "authors" timeout: 10s

    count posts filter: {state: "draft"}
    show posts 12 include: "author"
    let made = create posts {text: "Hello", author: {type: "authors", id: "1"}} include: "author"
    update posts made.id {text: "Hello again"}
    destroy posts made.id

    stream posts include: "author" | where .views < 1000 | sort -.inserted-at | take 5 | table .id .text .author.name
    stream posts | group .state | sort -.count | table .key .count

    for post in stream posts filter: {state: "draft"} include: "author" | collect do
      if post.author.active do
        update posts post.id {state: "published"}
      else
        print "skipped \\(post.id): \\(post.author.name) is inactive"
      end
    end

    read "\(people)" | create authors key: .email in-flight: 64
    stream posts filter: {state: "spam"} | collect | destroy posts in-flight: 64
    destroy-all posts filter: {state: "archived"}
    """
  }

  @Test func itRuns() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "people-\(UUID().uuidString).csv")
    try "name,email\nIda Egger,ida@example.org\nKai Ott,kai@example.org\n"
      .write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let vhost = try await PrivateBroker.shared.vhost()
    let ran = try await ServedBlog.serving(on: vhost.uri, names: Self.names) {
      await Ran.retort("--yes", "-c", Self.sample(people: file.path), environment: ["RETORT_URL": vhost.uri])
    }
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
    #expect(
      ran.notes == """
        create authors (queue remote_server_author): 2 ok
        destroy posts (queue remote_server_post): 250 ok

        """)
    let lines = ran.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.first == "250")
    #expect(lines[1].hasPrefix(#"{"id":"12","type":"posts","attributes":{"text":"Post 12""#))
    #expect(lines[2].contains(#""text":"Hello again""#))
    #expect(
      lines[3...].prefix(13).joined(separator: "\n") == """
        id   text      author.name
        ---  --------  -----------
        985  Post 985  Eve Draper
        884  Post 884  Dan Draper
        783  Post 783  Cid Draper
        682  Post 682  Bea Draper
        581  Post 581  Ada Draper
        key        count
        ---------  -----
        published    250
        spam         250
        archived     250
        draft        250
        """)
    #expect(lines.filter { $0.hasPrefix("skipped ") }.count == 30)
    #expect(lines.suffix(2) == ["250", ""])
  }
}
