import Foundation
import Terminal
import Testing

/// Tests of the line editor at a terminal.
///
/// Each test runs in a separate process, because a process has only one readline, one controlling terminal, and one set
/// of signal handlers.
@Suite struct LineEditorTests {
  @Test func aLineIsEditedAndRuns() async {
    await #expect(processExitsWith: .success) {
      let (terminal, editor) = try TypedTerminal.withEditor()
      terminal.person {
        $0.sees("one> ")
        $0.types("wrold\u{1B}[D\u{1B}[D\u{1B}[D\u{14}\u{1}hello \r")
        $0.sees("two> ")
        $0.types("\r")
      }
      #expect(await editor.readLine(prompt: "one> ") == .line("hello world"))
      #expect(terminal.isAsBefore)
      #expect(await editor.readLine(prompt: "two> ") == .line(""))
    }
  }

  @Test func aProcessHasOneEditor() async {
    await #expect(processExitsWith: .success) {
      let terminal = TypedTerminal()
      _ = try LineEditor(input: terminal.slave, output: terminal.slave)
      #expect(throws: LineEditorError.secondEditor) {
        try LineEditor(input: terminal.slave, output: terminal.slave)
      }
    }
  }

  @Test(arguments: ["C.UTF-8", "C", "POSIX", "xx_YY.UTF-8"])
  func backspaceTakesAWholeCharacter(locale: String) async {
    await #expect(processExitsWith: .success) { [locale] in
      let terminal = TypedTerminal()
      setenv("LC_ALL", locale, 1)
      let editor = try LineEditor(input: terminal.slave, output: terminal.slave)
      terminal.person {
        $0.sees("> ")
        $0.types("a😀日b\u{7F}\u{7F}\u{7F}c")
        $0.sees("c")
        $0.types("é本\u{1B}[D\u{7F}\r")
        $0.sees("> ")
        $0.types("😀日\u{7F}\u{7F}\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .line("ac本"))
      #expect(await editor.readLine(prompt: "> ") == .line(""))
    }
  }

  @Test func ctrlCClearsTheLineAndCtrlDEnds() async {
    await #expect(processExitsWith: .success) {
      let (terminal, editor) = try TypedTerminal.withEditor()
      terminal.person {
        $0.sees("1> ")
        $0.types("half a line")
        $0.sees("half a line")
        $0.types("\u{3}")
        $0.sees("^C\r\n")
        $0.sees("2> ")
        $0.types("ab\u{1B}[D\u{4}\r")
        $0.sees("3> ")
        $0.types("\u{4}")
      }
      #expect(await editor.readLine(prompt: "1> ") == .interrupted)
      #expect(terminal.isAsBefore)
      #expect(await editor.readLine(prompt: "2> ") == .line("a"))
      #expect(await editor.readLine(prompt: "3> ") == .endOfInput)
      #expect(terminal.isAsBefore)
    }
  }

  @Test func waitingInputIsDiscarded() async {
    await #expect(processExitsWith: .success) {
      let (terminal, editor) = try TypedTerminal.withEditor()
      terminal.types("print 1\rend\rhalf")
      #expect(await editor.discardInput() == 3)
      #expect(terminal.isAsBefore)
      terminal.person {
        $0.sees("> ")
        $0.types("new\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .line("new"))
    }
  }

  /// Ctrl-Z does not stop this process, so the line editor continues immediately with the typed text.
  ///
  /// The kernel does not stop the only process group of a session by Ctrl-Z.
  @Test func ctrlZKeepsTheLine() async {
    await #expect(processExitsWith: .success) {
      let (terminal, editor) = try TypedTerminal.withEditor()
      terminal.person {
        $0.sees("> ")
        $0.types("count")
        $0.sees("count")
        $0.types("\u{1A}")
        $0.sees("^Z")
        $0.sees("\u{1B}[?2004h")
        $0.sees("> count")
        $0.types(" posts\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .line("count posts"))
    }
  }

  @Test func ctrlCLeavesASearch() async {
    await #expect(processExitsWith: .success) {
      let (terminal, editor) = try TypedTerminal.withEditor()
      try editor.remember("count posts")
      terminal.person {
        $0.searches()
        $0.types("\u{3}")
        $0.sees("> ")
        $0.types("new\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .interrupted)
      #expect(await editor.readLine(prompt: "> ") == .line("new"))
    }
  }

  /// A key sequence that is not bound ends a search, and does nothing else.
  @Test func anUnboundSequenceLeavesASearch() async {
    await #expect(processExitsWith: .success) {
      let (terminal, editor) = try TypedTerminal.withEditor()
      try editor.remember("count posts")
      terminal.person {
        $0.searches()
        $0.types("\u{18}q\u{5}s\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .line("count postss"))
    }
  }

  @Test func aNoticeMayChangeThePrompt() async {
    await #expect(processExitsWith: .success) {
      let (terminal, editor) = try TypedTerminal.withEditor()
      terminal.person {
        $0.sees("up> ")
        $0.types("count")
        $0.sees("count")
        editor.notice("lost", prompt: LinePrompt("down\u{1B}> ", look: "31;1"))
        $0.sees("lost\r\n")
        $0.sees("\u{1B}[31;1mdown\\u{1b}> \u{1B}[0mcount")
        $0.types("\r")
      }
      #expect(await editor.readLine(prompt: "up> ") == .line("count"))
    }
  }

  @Test func aNoticeKeepsTheTypedText() async {
    await #expect(processExitsWith: .success) {
      let terminal = TypedTerminal(columns: 20)
      let editor = try LineEditor(input: terminal.slave, output: terminal.slave)
      editor.notice("before")
      terminal.person {
        $0.sees("before\r\n")
        $0.sees("> ")
        $0.types("a line over two rows of it\u{1}")
        $0.sees("of it")
        editor.notice("link lost\nlink is back")
        // The editor clears both rows of the typed line, first the second row. The notice then begins in the first row.
        $0.sees("\u{1B}[A\u{1B}[K\rlink lost\r\nlink is back\r\n")
        $0.sees("> a line over two ro")
        $0.types("X\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .line("Xa line over two rows of it"))
    }
  }

  @Test func aPastedBlockIsOneLineWithItsTabs() async {
    await #expect(processExitsWith: .success) {
      let terminal = TypedTerminal()
      let editor = try LineEditor(input: terminal.slave, output: terminal.slave) { _, cursor in
        TabCandidates(from: cursor, candidates: ["wrong"])
      }
      terminal.person {
        $0.sees("\u{1B}[?2004h")
        $0.sees("> ")
        $0.pastes("for post in posts do\n\tprint post.id\nend")
        $0.types("\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .line("for post in posts do\n\tprint post.id\nend"))
    }
  }

  @Test func upRecallsAStatementOfManyLinesFromTheRunBefore() async {
    await #expect(processExitsWith: .success) {
      let file = HistoryFile(path: NSTemporaryDirectory() + "retort-\(getpid())/history")
      defer { try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "retort-\(getpid())") }
      try Data(#"for post in posts do\n  print "\\(post.id)"\nend\#n"#.utf8).write(to: makeParent(of: file.path))
      let terminal = TypedTerminal()
      let history = try History(file: file)
      let editor = try LineEditor(input: terminal.slave, output: terminal.slave, history: history)
      terminal.person {
        $0.sees("> ")
        $0.types("\u{1B}[A\r")
        $0.sees("> ")
        $0.types("\u{1B}[A\u{1B}[A\r")
      }
      let statement = "for post in posts do\n  print \"\\(post.id)\"\nend"
      #expect(await editor.readLine(prompt: "> ") == .line(statement))
      try editor.remember("count posts")
      #expect(await editor.readLine(prompt: "> ") == .line(statement))
    }
  }

  @Test func tabCompletesCandidatesOfTheSource() async {
    await #expect(processExitsWith: .success) {
      let terminal = TypedTerminal()
      let editor = try LineEditor(input: terminal.slave, output: terminal.slave) { line, cursor in
        switch (line, cursor) {
        case ("é po", 5), ("é post", 7): TabCandidates(from: 3, candidates: ["post-tags", "posts"])
        case ("é posts .te", 12): TabCandidates(from: 10, candidates: ["text"], suffix: nil)
        default: .none
        }
      }
      terminal.person {
        $0.sees("> ")
        $0.types("é po\t")
        $0.sees("post")
        $0.types("\t\t")
        $0.sees("post-tags  posts")
        $0.types("s .te\t/tmp/\t\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .line("é posts .text/tmp/"))
    }
  }

  @Test func redrawsTheLineAfterAResize() async {
    await #expect(processExitsWith: .success) {
      let (terminal, editor) = try TypedTerminal.withEditor()
      terminal.person {
        $0.sees("> ")
        $0.types("show posts 12 include")
        $0.sees("include")
        $0.resize(columns: 16)
        $0.sees("> show posts 12 ")
        $0.types("d\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .line("show posts 12 included"))
      #expect(TerminalProperties.columns(of: terminal.slave) == 16)
    }
  }

  /// After a resize, a coloured line of two rows is drawn from its first row.
  @Test func redrawsAColouredLineAfterAResize() async {
    await #expect(processExitsWith: .success) {
      let terminal = TypedTerminal(columns: 24)
      let painting = LinePainting(looks: ["", "1;36"]) { line, _ in [.init(0..<line.utf8.count, look: 1)] }
      let editor = try LineEditor(input: terminal.slave, output: terminal.slave, painting: painting)
      terminal.person {
        $0.sees("> ")
        $0.types("show posts 12 included by author")
        $0.sees("author")
        $0.resize(columns: 60)
        #expect($0.sees("> show").contains("\u{1B}[A"), "readline moves up to the first row")
        $0.sees("author")
        $0.types("\r")
      }
      #expect(await editor.readLine(prompt: "> ") == .line("show posts 12 included by author"))
    }
  }

  @Test(arguments: [SIGTERM, SIGHUP])
  func aSignalRestoresTheTerminal(number: Int32) async {
    await #expect(processExitsWith: .success) { [number] in
      let (terminal, editor) = try TypedTerminal.withEditor()
      terminal.person {
        $0.sees("> ")
        kill(getpid(), number)
      }
      let signal = try #require(TerminationSignal(rawValue: number))
      #expect(await editor.readLine(prompt: "> ") == .stopped(signal))
      #expect(terminal.isAsBefore)
      #expect(await editor.readLine(prompt: "> ") == .stopped(signal))
      #expect(signal.exitStatus == 128 + number)
    }
  }

  @Test func theTerminalGoingAwayEndsTheInput() async {
    await #expect(processExitsWith: .success) {
      let terminal = TypedTerminal(controlling: false)
      let editor = try LineEditor(input: terminal.slave, output: terminal.slave)
      terminal.person {
        $0.sees("> ")
        $0.types("half")
        $0.sees("half")
        close($0.master)
      }
      #expect(await editor.readLine(prompt: "> ") == .endOfInput)
    }
  }

  @Test func inputrcHasASectionForRetort() async {
    await #expect(processExitsWith: .success) {
      let path = makeParent(of: NSTemporaryDirectory() + "retort-\(getpid())/inputrc")
      defer { try? FileManager.default.removeItem(at: path.deletingLastPathComponent()) }
      try Data("$if retort\n\"\\C-g\": \"clients\\n\"\n\"\\C-t\": \"one\\ntwo\\n\"\n$endif\n".utf8).write(to: path)
      let terminal = TypedTerminal()
      setenv("INPUTRC", path.path, 1)
      let editor = try LineEditor(input: terminal.slave, output: terminal.slave)
      terminal.person {
        $0.sees("1> ")
        $0.types("\u{7}")
        $0.sees("2> ")
        $0.types("\u{14}")
        $0.sees("3> ")
        $0.types("three\r")
      }
      #expect(await editor.readLine(prompt: "1> ") == .line("clients"))
      #expect(await editor.readLine(prompt: "2> ") == .line("one"))
      #expect(await editor.readLine(prompt: "3> ") == .line("three"))
    }
  }

  /// A process that ends while the line editor waits for keys restores the terminal's settings.
  ///
  /// The process ends in its completion function when it receives a Tab. The test then inspects the terminal.
  @Test(arguments: ["exit", "abort"])
  func restoresTheTerminalHoweverTheProcessEnds(way: String) async {
    let terminal = TypedTerminal(controlling: false)
    let path = terminal.path
    terminal.person {
      $0.sees("> ")
      $0.types("typed\t")
    }
    let status: ExitTest.Condition = way == "exit" ? .exitCode(3) : .signal(SIGABRT)
    await #expect(processExitsWith: status) { [path = path as String, way] in
      alarm(300)
      setenv("TERM", "xterm", 1)
      let slave = open(path, O_RDWR | O_NOCTTY)
      let editor = try LineEditor(input: slave, output: slave) { _, _ in
        switch way {
        case "exit": exit(3)
        default: abort()
        }
        return .none
      }
      _ = await editor.readLine(prompt: "> ")
    }
    #expect(terminal.isAsBefore)
    #expect(terminal.sees("\u{1B}[?2004l").contains("typed"))
  }
}

/// Creates the parent directory of a path, and returns the path as a URL.
func makeParent(of path: String) -> URL {
  let url = URL(fileURLWithPath: path)
  try? FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  return url
}
