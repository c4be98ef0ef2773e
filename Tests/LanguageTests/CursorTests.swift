import Language
import Testing

/// Tests of the context of the cursor in a text, such as a stage or an argument; `^` marks the cursor.
@Suite struct CursorTests {
  private func context(_ marked: String) -> CursorContext {
    let parts = marked.split(separator: "^", maxSplits: 1, omittingEmptySubsequences: false)
    return CursorContext(of: parts.joined(), at: parts[0].utf8.count)
  }

  @Test(
    arguments: [
      ("^", .statement, ""), ("co^", .statement, "co"), ("let x = ^", .head, ""), ("let x = co^", .head, "co"),
      ("let ^", .nothing, ""), ("posts | ^", .stage, ""), ("posts | wh^ere .a", .stage, "wh"),
      ("count ^", .argument, ""), ("count po^", .argument, "po"), ("count posts ^", .argument, ""),
      ("count posts filter: ^", .value, ""), ("count posts filter:^", .value, ""), ("count posts filter: {^", .key, ""),
      ("count posts filter: {st^", .key, "st"), ("count posts filter: {state: ^", .value, ""),
      ("count posts filter: {state: \"dr^", .value, "dr"), ("count posts filter: {state: 1, ^}", .key, ""),
      ("create posts {author: {ty^", .key, "ty"), ("where .^", .field(of: nil), ""),
      ("a | where .vi^", .field(of: nil), "vi"),
      ("made.au^", .field(of: SourceRange(0, 4)), "au"), ("made.author.^", .field(of: SourceRange(0, 11)), ""),
      ("made?.^", .field(of: SourceRange(0, 4)), ""), ("print (made.a)[0].^", .field(of: SourceRange(6, 17)), ""),
      ("made.inserted-^", .field(of: SourceRange(0, 4)), "inserted-"),
      ("a | where .b == ^", .operand, ""), ("a | where .b ^", .operation, ""), ("a | where lower(^", .operand, ""),
      ("for ^", .nothing, ""), ("for x ^", .words(["in"]), ""), ("for x in ^", .head, ""), ("if ^", .operand, ""),
      ("if x do ^", .statement, ""), ("if x do y else ^", .statement, ""), ("x; co^", .statement, "co"),
      ("help ^", .topic([]), ""), ("help wh^", .topic([]), "wh"), ("# co^", .nothing, ""), ("a\nco^", .statement, "co"),
      ("set ^", .argument, ""), ("set output: ^", .value, ""), ("source \"a^", .value, "a"), ("1^", .statement, "1"),
      ("print \"a \\(^", .head, ""), ("print \"a \\(posts.^", .field(of: SourceRange(11, 16)), ""),
      ("a =~ /b^", .nothing, ""),
      ("a | as ^", .nothing, ""), ("(^", .head, ""), ("(count ^", .argument, ""), ("[^", .value, ""),
      ("[a ^", .operation, ""),
      ("try ^", .words(["do"]), ""), ("a | sort -.^", .field(of: nil), ""),
      ("x[^", .element(of: SourceRange(0, 1)), ""), ("{^", .key, ""),
      ("a | each do ^", .statement, ""), ("a | each do b end ^", .operation, ""), ("rescue ^", .nothing, ""),
      ("show posts 1 include: [\"a\", \"b^", .value, "b"), ("} ] ) end ^", .operand, ""), ("a | | b ^", .argument, ""),
    ] as [(String, CursorContext.ExpectedInput, String)])
  func thePlaceIsFound(marked: String, wanted: CursorContext.ExpectedInput, word: String) {
    let found = context(marked)
    #expect(found.wanted == wanted && found.word == word)
  }

  @Test(
    arguments: [
      ("count posts filter: {state: ^", "count", .option("filter"), ["state"]),
      ("show posts ^", "show", .argument(1), []),
      ("create posts {author: {type: \"^", "create", .argument(1), ["author", "type"]),
      ("create posts {tags: [{^", "create", .argument(1), ["tags"]),
      ("count posts ^ filter: {}", "count", .argument(1), []),
      ("a | create posts include: \"^", "create", .option("include"), []),
      ("show (x | first) ^", "show", .argument(1), []), ("show posts x.id ^", "show", .argument(2), []),
      ("index posts page: {size: 1} ^", "index", .argument(1), []), ("show posts [1..2] ^", "show", .argument(2), []),
    ] as [(String, String, CursorContext.ArgumentTarget.IndexOrOptionName, [String])])
  func aValueIsPassedToItsArgument(
    marked: String, call: String, place: CursorContext.ArgumentTarget.IndexOrOptionName, path: [String]
  ) {
    let target = context(marked).target
    #expect(target?.call.name == call && target?.place == place && target?.path == path)
  }

  @Test(arguments: [
    ("count posts filter: {} ^", ["filter"]), ("count posts ^ filter: {a: 1} meta: {b: 1}", ["filter", "meta"]),
    ("count posts filter: {a: 1, ^, b: 2} c: 3", ["a", "b"]), ("show posts \"1^\" include: \"a\"", ["include"]),
    ("count posts ^ | take n: 1", []),
  ])
  func givenOptionsAreKnown(marked: String, given: [String]) {
    #expect(context(marked).given.sorted() == given)
  }

  @Test(arguments: [
    ("a | where .^", ["a "]), ("a | where .b | map .^", ["a | where .b "]), ("a | map (.c | where .^", ["a ", ".c "]),
    ("a | each do count b filter: {x: .^", ["a "]), ("create b {x: .^", []), ("a | map {x: (b | c .^", ["a ", "b "]),
    ("for x in a do b | map .^", ["b "]), ("a | where .b\nc | map .^", ["c "]), ("print \"\\(a | map .^", ["a "]),
    ("a | map \"\\(.^", ["a "]), ("x(a | map .^", []),
  ])
  func elementsAreInferred(marked: String, flows: [String]) {
    let source = SourceText(name: "", text: marked)
    #expect(context(marked).flows.map { source.text($0) } == flows)
  }

  @Test(arguments: [
    ("let a = count b\n^", ["a = count b"]), ("for a, n in b do ^", ["a in b", "n"]), ("for a in b do c end\n^", []),
    ("let a = b; if a do let c = d; ^", ["a = b", "c = d"]), ("if a do let c = d end; ^", []),
    ("b | as c | map ^", ["c in b "]),
    ("def f(a, b: 1) do ^", ["a", "b"]), ("def f(a) do b end; ^", []),
    ("let c = 1\ndef f(a) do b end\n^", ["c = 1"]), ("let c = 1\ndef f() do b end; ^", ["c = 1"]),
    ("try do a rescue e ^", ["e"]),
    ("try do a rescue e b end; ^", []), ("let a = ^", []),
    ("let a = if b do c else d end\nprint ^", ["a = if b do c else d end"]),
  ])
  func theNamesOfTheTextAreKnown(marked: String, names: [String]) {
    let source = SourceText(name: "", text: marked)
    let found = context(marked).names.map { name in
      switch name.origin {
      case .value(let range): "\(name.name) = \(source.text(range))"
      case .element(let range): "\(name.name) in \(source.text(range))"
      case .error, .number, .parameter: name.name
      }
    }
    #expect(found == names)
  }

  @Test(arguments: [
    ("a | where .b == ^", ".b"), ("a | where x and .b.c != \"^", ".b.c"), ("if made.state == \"^", "made.state"),
    ("a | where (.b == ^", ".b"), ("a | where lower(.b) == ^", "lower(.b)"), ("a | where .b ^", nil),
    ("print 1 + ^", nil),
  ])
  func theComparedExpressionIsKnown(marked: String, compared: String?) {
    #expect(context(marked).compared.map { SourceText(name: "", text: marked).text($0) } == compared)
  }

  /// The cursor has a context at every position of every text.
  @Test func everyPlaceOfAnyTextHasAnAnswer() {
    let pieces = [
      "a", " ", ".", "(", ")", "[", "]", "{", "}", "|", "\"", "\\(", ":", ",", "do", "end", "else", "let",
      "for", "in", "rescue", "=", "-", "?.", "..", "/", "#", "\n", "é", "1", "help", "def", "each", "as", "if", ";",
    ]
    var state: UInt64 = 7
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
      }
      for place in 0...text.utf8.count {
        let found = CursorContext(of: text, at: place)
        #expect(found.range.lower <= found.range.upper && found.range.upper == place)
      }
    }
  }
}
