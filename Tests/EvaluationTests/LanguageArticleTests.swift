import Foundation
import Handbook
import Testing

/// Tests that the program knows every stage, function and command that TheLanguage.md lists.
@Suite struct LanguageArticleTests {
  @Test(arguments: ["Stages", "Functions"]) func everyWordOfAListIsBuilt(_ heading: String) throws {
    let missing = try Set(words(below: heading)).filter { !isKnown($0) }
    #expect(missing.sorted() == [])
  }

  @Test func everyCommandIsBuilt() throws {
    let names = try code(below: "Commands")[0].split(separator: "\n").compactMap { line in
      line.firstMatch(of: #/^[a-z-]+/#).map { String($0.0) }
    }
    #expect(names.count > 20)
    let missing = Set(names).filter { !isKnown($0) }
    #expect(missing.sorted() == [])
  }

  private func isKnown(_ word: String) -> Bool { Help.text([word]) != nil }

  private func words(below heading: String) throws -> [String] {
    try code(below: heading)[0].split(whereSeparator: \.isWhitespace).map(String.init)
  }

  /// Returns the contents of the fenced blocks below a heading of TheLanguage.md.
  private func code(below heading: String) throws -> [String] {
    let file = URL(filePath: #filePath).appending(path: "../../../Sources/Language/Language.docc/TheLanguage.md")
    let sections = try String(contentsOf: file.standardized, encoding: .utf8).split(separator: #/(?m:^#+ )/#)
    let section = try #require(sections.first { $0.hasPrefix(heading + "\n") }, "no heading \(heading)")
    let parts = section.split(separator: #/(?m:^```.*\n)/#, omittingEmptySubsequences: false)
    return parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }
}
