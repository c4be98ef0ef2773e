import Testing

@testable import Terminal

@Suite struct CompletionTests {
  @Test(arguments: [
    (["posts"], "po", "posts"), (["posts", "post-tags"], "po", "post"), (["été", "étè"], "", "ét"),
    (["Posts", "posts"], "po", "po"), (["posts"], "PO", "posts"), ([], "po", "po"),
  ])
  func insertsTheCommonPrefix(candidates: [String], typed: String, inserted: String) {
    #expect(TabCandidates(from: 0, candidates: candidates).commonPrefix(typed: typed[...]) == inserted)
  }
}
