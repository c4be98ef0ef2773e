import Handbook

/// Writes a manual page for man(1): `retort man [PAGE]`.
func manual(_ words: [String], _ console: Console) -> Int32 {
  let usage = "retort man > retort.1, or retort man PAGE: \(ManPage.names.joined(separator: ", "))"
  if console.showsUsage(usage, for: words) { return 0 }
  guard words.count < 2, let page = ManPage.text(words.first ?? "retort") else {
    console.note("error: there is no page \(words.joined(separator: " "))\n  = \(usage)\n")
    return 2
  }
  _ = console.write(Array(page.utf8))
  return 0
}
