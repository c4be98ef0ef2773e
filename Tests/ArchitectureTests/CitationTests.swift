import Foundation
import Testing

/// Tests that comments cite only existing articles and headings, such as `WireProtocol.md, "Parameters"`.
@Suite struct CitationTests {
  /// A citation of an article in a comment, such as `WireProtocol.md, "Parameters"`.
  struct Citation: Equatable {
    var article: String
    /// The cited heading; nil if the comment cites the whole article.
    var heading: String?
  }

  @Test func everyCitationResolves() throws {
    let headings = try articles()
    var count = 0
    for file in try files(with: ["swift", "c", "h", "py", "rb", "sh", "yml", ""]) {
      for comment in Self.comments(in: try String(contentsOf: file, encoding: .utf8)) {
        for citation in Self.citations(in: comment) {
          count += 1
          let problem = Self.problem(with: citation, headings: headings)
          #expect(problem == nil, "\(file.path.dropFirst(Self.root.path.count)): \(problem ?? "")")
        }
      }
    }
    #expect(count > 20)
  }

  @Test func commentsAreSeen() {
    let text = """
      /// One, (A.md,
      /// "First part") and B.md.
      let x = "C.md"  // in D.md, "Two"
      # E.md
      /* F.md */
      """
    let citations = Self.comments(in: text).flatMap(Self.citations)
    #expect(
      citations == [
        Citation(article: "A.md", heading: "First part"), Citation(article: "B.md"),
        Citation(article: "D.md", heading: "Two"), Citation(article: "E.md"), Citation(article: "F.md"),
      ])
  }

  @Test(arguments: [
    ("A.md", "One", nil), ("A.md", nil, nil), ("B.md", "One", "there is no article B.md"),
    ("A.md", "Two", "A.md has no heading \"Two\""), ("LANGUAGE.md", nil, "there is no article LANGUAGE.md"),
  ])
  func aBadCitationIsFound(article: String, heading: String?, problem: String?) {
    let citation = Citation(article: article, heading: heading)
    #expect(Self.problem(with: citation, headings: ["A.md": ["One"]]) == problem)
  }

  private static func problem(with citation: Citation, headings: [String: Set<String>]) -> String? {
    guard let known = headings[citation.article] else { return "there is no article \(citation.article)" }
    guard let heading = citation.heading, !known.contains(heading) else { return nil }
    return "\(citation.article) has no heading \"\(heading)\""
  }

  /// Returns the texts of the comments in a file; adjacent lines form one comment.
  private static func comments(in text: String) -> [String] {
    var comments: [String] = []
    var isContinued = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard let comment = line.firstMatch(of: #/(^|\s)(?://+|#|/\*)(?<text>.*)$/#) else {
        isContinued = false
        continue
      }
      if isContinued {
        comments[comments.count - 1] += comment.output.text
      } else {
        comments.append("\(comment.output.text)")
      }
      isContinued = true
    }
    return comments
  }

  private static func citations(in comment: String) -> [Citation] {
    comment.matches(of: #/([\w+-]+\.md)\b(?:, "([^"]+)")?/#).map {
      Citation(article: String($0.output.1), heading: $0.output.2.map(String.init))
    }
  }

  /// Returns the headings of each article; the key is the article's file name.
  private func articles() throws -> [String: Set<String>] {
    var articles: [String: Set<String>] = [:]
    for file in try files(with: ["md"]) + [Self.root.appending(path: "README.md")] {
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      let headings = lines.compactMap { $0.firstMatch(of: #/^#+ (.+)$/#).map { String($0.output.1) } }
      #expect(articles[file.lastPathComponent] == nil, "two articles have the name \(file.lastPathComponent)")
      articles[file.lastPathComponent] = Set(headings)
    }
    return articles
  }

  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  /// Returns Package.swift, and the files with one of the extensions below `Sources`, `Tests`, `examples`, `.ci` and
  /// `.github`.
  ///
  /// The result does not contain CitationTests.swift, which cites invented articles.
  private func files(with extensions: Set<String>) throws -> [URL] {
    let manager = FileManager.default
    let inFolders = try ["Sources", "Tests", "examples", ".ci", ".github"].flatMap { name in
      try manager.subpathsOfDirectory(atPath: Self.root.appending(path: name).path).map { "\(name)/\($0)" }
    }
    return (inFolders + ["Package.swift"]).map { Self.root.appending(path: $0) }.filter { file in
      var isFolder: ObjCBool = false
      return manager.fileExists(atPath: file.path, isDirectory: &isFolder) && !isFolder.boolValue
        && extensions.contains(file.pathExtension) && file.lastPathComponent != "CitationTests.swift"
    }
  }
}
