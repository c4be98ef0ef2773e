import Foundation
import Testing

@testable import Terminal

/// Tests of the prompt's history and its file; each test has its own temporary directory.
@Suite final class HistoryTests {
  private let directory = NSTemporaryDirectory() + "retort-history-\(UUID().uuidString)"
  private var file: HistoryFile { HistoryFile(path: directory + "/state/retort/history") }

  deinit {
    try? FileManager.default.removeItem(atPath: directory)
  }

  private func enter(_ statements: String...) throws -> History {
    var history = try History(file: file)
    for statement in statements { try enter(&history, statement) }
    return history
  }

  private func enter(_ history: inout History, _ statement: String) throws {
    if let entry = history.add(statement) { try history.save(entry) }
  }

  private func bytes() throws -> String {
    try String(contentsOfFile: file.path, encoding: .utf8)
  }

  private func mode(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test func statementsOfManyLinesSurviveARestart() throws {
    let loop = "for p in posts do\n  print \"\\(p.id)\\n\"\nend"
    _ = try enter("count posts", loop, "match \"\\\\d\"")
    #expect(
      try bytes() == #"""
        count posts
        for p in posts do\n  print "\\(p.id)\\n"\nend
        match "\\\\d"

        """#)
    #expect(try History(file: file).entries == ["count posts", loop, "match \"\\\\d\""])
  }

  @Test func readsAHandWrittenFile() {
    #expect(HistoryFile.statement(from: Array(#"match "\d" \"#.utf8)[...]) == #"match "\d" \"#)
  }

  @Test func aDirectoryHasItsOwnView() throws {
    let places = ["/a", "/b\n\\: x", "/a"]
    for (index, place) in places.enumerated() {
      var history = try History(file: file, directory: place)
      try enter(&history, "print \(index)\nend")
    }
    _ = try enter("count posts")
    #expect(try bytes().hasPrefix(#"\@/a\:print 0\nend"# + "\n"))
    var history = try History(file: file, directory: "/a")
    #expect(history.entries.count == 4)
    history.show(ofDirectory: true)
    #expect(history.entries == ["print 0\nend", "print 2\nend"])
    #expect(history.add("print 2\nend") == nil && history.add("x") == "x" && history.entries.last == "x")
    history.show(ofDirectory: false)
    #expect(history.entries.map { $0.prefix(7) } == ["print 0", "print 1", "print 2", "count p", "x"])
  }

  @Test(arguments: [0, 0o777])
  func onlyTheOwnerCanReadTheFileForAnyUmask(mask: mode_t) async throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    await #expect(processExitsWith: .success) { [path = file.path as String, mask] in
      let before = umask(mask)
      try LockedPrivateFile(path: path).append(line: Array("count posts".utf8))
      umask(before)
    }
    #expect(try mode(file.path) == 0o600)
    #expect(try mode(directory + "/state/retort") == 0o700)
    #expect(try mode(directory + "/state") == 0o700)
  }

  @Test func correctsAWiderMode() throws {
    _ = try enter("count posts")
    chmod(file.path, 0o644)
    _ = try enter("count authors")
    #expect(try mode(file.path) == 0o600)
    #expect(try History(file: file).entries == ["count posts", "count authors"])
  }

  @Test func spacesRepetitionsAndBlanksAreNotKept() throws {
    let history = try enter("a", " secret", "a", "b\n", "b", "", "\n", "\tx", "a")
    #expect(history.entries == ["a", "b", "a"])
    #expect(try bytes() == "a\nb\na\n")
  }

  @Test func passwordsAreNeverKept() throws {
    let history = try enter(#"connect "amqp://guest:hunter2@localhost/""#)
    #expect(history.entries == [#"connect "amqp://guest:***@localhost/""#])
    #expect(try bytes() == "connect \"amqp://guest:***@localhost/\"\n")
  }

  @Test func theShellMayTakeOutMore() throws {
    var history = try History(file: file) { $0.replacing("hunter2", with: "***") }
    let kept = history.add("say hunter2")
    #expect(kept == "say ***")
  }

  @Test func severalProcessesAppendToOneFile() throws {
    var first = try History(file: file)
    var second = try History(file: file)
    try enter(&first, "one")
    try enter(&second, "two")
    try enter(&first, "three")
    #expect(try bytes() == "one\ntwo\nthree\n")
  }

  @Test func anIncompleteLineIsCompletedFirst() throws {
    try Data("half".utf8).write(to: makeParent(of: file.path))
    _ = try enter("whole")
    #expect(try bytes() == "half\nwhole\n")
  }

  @Test func aFileGrownTooLongIsCutToTheNewest() throws {
    let count = 2 * History.limit + 1
    let link = directory + "/link"
    try Data((1...count).map { "s\($0)\n" }.joined().utf8).write(to: makeParent(of: file.path))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file.path)
    let history = try History(file: HistoryFile(path: link))
    let newest = (History.limit + 2...count).map { "s\($0)" }
    #expect(history.entries == newest)
    #expect(try bytes() == newest.map { $0 + "\n" }.joined())
    #expect(try mode(file.path) == 0o600)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file.path)
  }

  @Test func aDeviceIsNotReplaced() throws {
    let before = try mode("/dev/null")
    var history = try History(file: HistoryFile(path: "/dev/null"))
    try enter(&history, "count posts")
    #expect(try mode("/dev/null") == before)
  }

  /// The device `/dev/zero` never ends.
  @Test(.timeLimit(.minutes(1))) func aDeviceHasNoHistory() throws {
    let history = try History(file: HistoryFile(path: "/dev/zero"))
    #expect(history.entries.isEmpty)
  }

  @Test func aFileThatCannotBeOpenedReportsTheReason() throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let error = LineEditorError.history(path: directory, call: "open", errno: EISDIR)
    #expect(throws: error) { try History(file: HistoryFile(path: directory)) }
    #expect(
      error.description == "can't store the history in \(directory): open: Is a directory; "
        + "set RETORT_HISTORY to another file, or to \"\" to store no history")
  }

  @Test(arguments: [
    (["RETORT_HISTORY": "h", "HOME": "/home/u"], "h"),
    (["RETORT_HISTORY": "", "HOME": "/home/u"], nil),
    (["XDG_STATE_HOME": "/state", "HOME": "/home/u"], "/state/retort/history"),
    (["XDG_STATE_HOME": "relative", "HOME": "/home/u"], "/home/u/.local/state/retort/history"),
    (["HOME": "/home/u"], "/home/u/.local/state/retort/history"),
    ([:], nil),
  ])
  func theEnvironmentNamesTheFile(environment: [String: String], path: String?) {
    #expect(HistoryFile(environment: environment)?.path == path)
  }
}
