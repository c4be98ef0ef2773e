/// Writes the completion script of a shell: `retort completions bash`.
///
/// Each script asks the program for the candidates. The three shells therefore offer the same candidates.
func completions(_ words: [String], _ console: Console, _ environment: [String: String]) -> Int32 {
  if console.showsUsage("retort completions bash | zsh | fish", for: words) { return 0 }
  switch words.first {
  case "words"?:
    _ = console.write(
      Array(CommandLineCandidates(words: Array(words.dropFirst()), environment: environment).lines.utf8))
    return 0
  case let name? where words.count == 1 && CompletionScripts.all[name] != nil:
    _ = console.write(Array((CompletionScripts.all[name] ?? "").utf8))
    return 0
  default:
    console.note("error: retort completions needs a shell: bash, zsh or fish\n  = retort completions bash\n")
    return 2
  }
}
