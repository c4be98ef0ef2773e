import Foundation
import JSONRPC
import TestBench
import Testing

@testable import Evaluation
@testable import Language
@testable import RetortShell
@testable import Handbook

/// Tests of the texts of `help`, and of the reference and the articles that are generated from them.
///
/// Each example in a help text prints the output that the text shows.
@Suite struct HelpTests {
  @Test(arguments: Help.examples + Cookbook.recipes.map(\.example)) func examplesPrintTheShownOutput(
    _ example: CommandDeclaration.Example
  ) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: directory) }
    let (people, greet) = (directory.appending(path: "people.csv"), directory.appending(path: "greet.retort"))
    try "name,email\nAnn Lee,ann@example.com\nBo Ek,bo@example.com\n".write(
      to: people, atomically: true, encoding: .utf8)
    try "def greet(name) do print \"hello, \\(name)\" end\n".write(to: greet, atomically: true, encoding: .utf8)
    let conversation = Conversation(address: "embedded:blog", directory: directory.path) {
      uri async throws(LinkError) in
      try await openLink(uri, script: "help")
    }
    for statement in [
      "connect \"embedded:blog\"", "let posts = client queue: \"posts\"", "let authors = client queue: \"authors\"",
    ] {
      _ = await conversation.say(statement)
    }
    let code = example.code.replacing(
      #/"(people.csv|greet.retort|drafts.retort|total.retort|posts.ndjson|posts.csv|one.json)"/#
    ) {
      "\"\(directory.path)/\($0.output.1)\""
    }
    let reply = await conversation.say(code)
    let shown = (reply.output + reply.errors).replacing("DIR/", with: "")
    #expect(shown == (example.output.isEmpty ? "" : example.output + "\n"))
    await conversation.close()
  }

  @Test func everyWordHasTwoExamples() {
    let words = Dictionary(grouping: Help.wordsWithExamples, by: \.word).mapValues { $0.map(\.examples).reduce(0, +) }
    // `pools` has too few examples: it needs a broker and workers, but the examples run in this process.
    #expect(words.filter { $0.value < 2 }.keys.sorted() == ["pools"])
  }

  @Test func helpFitsOneScreen() throws {
    let lines = try #require(Help.text([])).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 25)
    #expect(lines.filter { $0.count > 80 } == [])
  }

  @Test func helpBulkHasEveryOption() throws {
    let page = try #require(Help.text(["bulk"]))
    let sinks = Vocabulary.stages.filter { ["create", "update", "destroy"].contains($0.name) }
    let common = Set(sinks[0].options.map(\.name)).intersection(sinks[1].options.map(\.name))
    let others = ["include", "keys", "meta", "timeout", "expire"]
    let options = common.subtracting(others).union(["backup", "confirm", "key"])
    #expect(options.count > 15)
    for option in options { #expect(page.contains("\(option):"), "\(option)") }
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count <= 24)
    #expect(lines.filter { $0.count > 80 } == [])
  }

  @Test func helpWordsListsEveryWord() throws {
    let words = Set(try #require(Help.text(["words"])).split(whereSeparator: \.isWhitespace).map(String.init))
    #expect(Help.wordsWithExamples.map(\.word).filter { !words.contains($0) } == [])
  }

  @Test func theCookbookHasTwentyRecipes() throws {
    #expect(Cookbook.recipes.count >= 20)
    let list = try #require(Help.text(["cookbook"]))
    #expect(list.hasPrefix("1   \(Cookbook.recipes[0].title)\n"))
    for (index, recipe) in Cookbook.recipes.enumerated() {
      let page = try #require(Help.text(["cookbook", "\(index + 1)"]))
      #expect(page.hasPrefix("\(recipe.title)\n\n> "))
    }
    #expect(Help.text(["cookbook", "0"]) == nil)
    #expect(Help.text(["cookbook", "1000"]) == nil)
  }

  @Test func everyOptionHasAPageThatNamesItsWords() throws {
    for (declarations, isStage) in [(Vocabulary.commands, false), (Vocabulary.stages, true)] {
      for declaration in declarations {
        let name = declaration.name
        for option in declaration.options.map(\.name) {
          let page = try #require(Help.text([option + ":"]), Comment(rawValue: option))
          #expect(page == Help.text([option]))
          let words = page.split { ".,\n".contains($0) }.map { $0.drop { $0 == " " } }
          let taker = isStage ? "| \(name)" : name
          #expect(
            words.contains { $0 == taker || $0 == "An option of \(taker)" },
            "\(option): of \(taker) is missing in \(page)")
        }
      }
    }
  }

  @Test func notesBelongToExistingOptions() {
    let options = HelpEntry.all.filter { $0.section == .options }.map(\.word)
    #expect(LanguageOptionPage.notes.keys.filter { !options.contains($0) } == [])
  }

  @Test func examplesBelongToExistingWords() {
    let shown = HelpEntry.all.flatMap(\.examples).map(\.code)
    #expect(Examples.table.filter { !shown.contains($0.value[0].code) }.keys.sorted() == [])
  }

  /// `help` has a page for each kind of error in the sources.
  ///
  /// Two kinds need no page: `exit` ends a run without a message, and retort never shows `syntax`.
  @Test func everyKindOfErrorHasAPage() throws {
    let sources = URL(filePath: #filePath).appending(path: "../../../Sources").standardized
    let files = FileManager.default.enumerator(
      at: sources, includingPropertiesForKeys: nil)
    var kinds: Set<String> = []
    for case let file as URL in try #require(files) where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      kinds.formUnion(text.matches(of: #/static let \w+ = Self\("([a-z-]+)"\)/#).map { String($0.output.1) })
    }
    kinds.subtract(["exit", "syntax"])
    #expect(kinds.count >= 22)
    #expect(kinds == Set(HelpEntry.all.filter { $0.section == .errors }.map(\.word)))
    let client = try String(contentsOf: sources.appending(path: "Client/ClientError.swift"), encoding: .utf8)
    let cases = client.prefix { $0 != "}" }.matches(of: #/case (\w+)(?: = "([a-z-]+)")?\n/#)
    #expect(cases.count >= 14)
    for word in cases.map({ String($0.output.2 ?? $0.output.1) }) { #expect(kinds.contains(word)) }
    let list = try #require(Help.text(["kinds"]))
    #expect(list == Help.text(["errors"]))
    for kind in kinds {
      #expect(list.contains("\n\(kind) "))
      #expect(try #require(Help.text([kind])).contains(" ends a script, the exit status is "))
    }
  }

  @Test(
    arguments: [
      "check", "fmt", "serve", "work", "demo", "doctor", "lsp", "completions", "man", "journal", "ctl", "help",
      "--help",
      "--version",
    ]
      + ProgramOptions.words)
  func everyWordOfTheProgramHasAPage(_ word: String) throws {
    let page = try #require(Help.text([word]))
    #expect(page.contains("      retort "))
    #expect(Help.text([String(word.drop { $0 == "-" })])?.contains(page) ?? (word == "-c"))
    #expect(Help.usage().contains(word))
  }

  @Test(arguments: ["amqp", "amqps"]) func everyParameterOfAURIHasAPage(_ scheme: String) async throws {
    let error = await #expect(throws: LinkError.self) {
      try await openLink("\(scheme)://localhost?no=1", script: "help")
    }
    let list = try #require(error?.message.split(separator: " are ").last)
    let names = list.split(separator: ", ").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(names.count >= (scheme == "amqp" ? 3 : 8))
    for name in names + [scheme, "embedded", "RETORT_URL"] {
      #expect(try #require(Help.text([name])).contains(try #require(Help.text(["addresses"]))))
      #expect(try #require(Help.text([name])).contains(name))
    }
  }

  @Test(arguments: [
    ("help --trace", "--trace[=TOPICS]\n"), ("help timeout:", "timeout:\n"), ("help -c", "retort ["),
    ("help ?.", "fields\n"), ("help ..", "operators\n"), ("help .", "fields\n"),
  ])
  func thePromptTakesWordsAsTheyAreTyped(_ statement: String, _ beginning: String) async {
    let conversation = Conversation(address: "embedded:blog", directory: "/") {
      uri async throws(LinkError) in
      try await openLink(uri, script: "help")
    }
    #expect(await conversation.say(statement).output.hasPrefix(beginning))
    await conversation.close()
  }

  @Test(
    arguments: Token.keywords.sorted() + [
      "args", "_", "duration", "resource", "list", "record", "page", "stream", "string", "number", "boolean", "element",
      "??", "?.", "?[", "=~", "..", "==", "+", "-", "|",
    ])
  func everyWordOfTheLanguageHasAPage(_ word: String) { #expect(Help.text([word]) != nil) }

  @Test(arguments: ["timeout", "no-route", "--trace", "offline", "amqps", "kinds", "options"])
  func tabCompletesEveryWordOfHelp(_ word: String) { #expect(Help.topics.contains(word)) }

  @Test func helpExplainsEveryCompletion() { #expect(Help.topics.filter { Help.text([$0]) == nil } == []) }

  private static let articles = URL(filePath: #filePath).appending(path: "../../../Sources").standardized

  /// Expects that a generated file contains this text.
  ///
  /// `RETORT_RECORD=1 Tests/run --filter Help` writes the text to the file first.
  private func expect(_ file: String, holds text: String) throws {
    let file = Self.articles.appending(path: file)
    if ProcessInfo.processInfo.environment["RETORT_RECORD"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text)
  }

  @Test func theReferenceIsFresh() throws {
    try expect("Evaluation/Evaluation.docc/Reference.md", holds: Help.reference)
  }

  @Test(arguments: Article.all.map(\.name)) func anArticleIsFresh(_ name: String) throws {
    let article = try #require(Article.all.first { $0.name == name })
    try expect("Handbook/Handbook.docc/\(article.file)", holds: article.markdown)
  }

  @Test(arguments: Article.all.map(\.name)) func anArticleIsAPageOf80Columns(_ name: String) throws {
    let article = try #require(Article.all.first { $0.name == name })
    let page = try #require(Help.text([article.word]))
    let start = try #require(page.range(of: "\(article.title)\n\n")).lowerBound
    let prose = page[start...].split(separator: "\n").filter { !$0.hasPrefix("      ") }
    #expect(prose.filter { $0.count > 80 } == [])
    #expect(try #require(Help.text(["guide"])).contains("bulk"))
  }

  /// At a terminal, prose is broken for the width, and code stays on its line.
  @Test(arguments: [40, 80]) func aPageFitsTheTerminal(_ columns: Int) throws {
    for words in Help.topics.map({ [$0] }) + [["cookbook", "3"], []] {
      let word = words.joined(separator: " ")
      let page = try #require(Help.text(words, columns: columns), Comment(rawValue: word))
      let plain = try #require(Help.text(words))
      #expect(page.split(whereSeparator: \.isWhitespace) == plain.split(whereSeparator: \.isWhitespace))
      let whole = Set(plain.split(separator: "\n"))
      for line in page.split(separator: "\n") {
        #expect(line.last != " ", "\(word): \(line)")
        let isWord = !line.drop { $0 == " " }.contains(" ")
        #expect(line.count <= columns || isWord || whole.contains(line), "\(word): \(line)")
      }
    }
    let pools = try #require(Help.text(["pools"], columns: columns))
    #expect(pools.contains("\n    retort work --status amqp://guest:guest@localhost/ --pool night\n"))
  }

  @Test func aPageHasNoBackquotesInProse() throws {
    for word in Help.topics where word != "topics" {
      let page = try #require(Help.text([word]))
      let prose = page.split(separator: "\n").filter { !$0.hasPrefix("      ") }.prefix { !$0.hasPrefix("  > ") }
      #expect(prose.filter { $0.contains("`") } == [], "\(word)")
    }
  }

  @Test func thePageOfTheNameComesFirst() throws {
    #expect(try #require(Help.text(["verify"])).hasPrefix("verify:\n"))
    #expect(try #require(Help.text(["verify"])).contains("\naddresses\n"))
  }

  @Test func indentedLinesOfATopicAreFenced() {
    let text = "Run:\n\n  a b\n\n    c\n\nThen:\n  d"
    #expect(text.fenced == "Run:\n\n```text\na b\n\n  c\n```\n\nThen:\n```text\nd\n```")
  }

  @Test func markdownBecomesAPage() {
    let text = """
      ## Two words

      A *line* of `code` with **weight**,
      [a link](A.md).

      - one
        and more
      - two

      | a | b |
      |---|---|
      | `x \\| y` | means |

      ```text
      kept   as it is

      ```
      """
    let page = MarkdownBlock.page(MarkdownBlock.blocks(of: text))
    #expect(
      page == """
        TWO WORDS

          A *line* of code with weight, a link (A.md).

          - one and more
          - two

          x | y
              means

              kept   as it is


        """)
  }
}
