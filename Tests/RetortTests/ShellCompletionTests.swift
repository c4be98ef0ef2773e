import Foundation
import TestBench
import Testing

@testable import Handbook
@testable import RetortShell

/// Tests of the completions of `retort` in bash, zsh and fish; each test types keys into the real shell at a terminal.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ShellCompletionTests {
  private static let files = [
    "clean-up.retort": "print 1\n", "data.csv": "a\n", "sub/x.retort": "",
    ".config/retort/rc.retort": """
    def staging() do connect "amqp://me:pw@staging/" name: "stage" end
    def local() do connect "embedded:blog" end

    """,
  ]

  /// For each shell, the arguments that start it without user settings, and the line that loads the completions.
  private static let shells = [
    "bash": (["--norc", "--noprofile", "-i"], "PS1='$ '; source <(retort completions bash)"),
    "zsh": (
      ["-f", "-i"], "PS1='$ '; autoload -U compinit; compinit -u -D; source <(retort completions zsh)"
    ),
    "fish": (["--no-config", "-i"], "function fish_prompt; echo '$ '; end; retort completions fish | source"),
  ]

  @Test(arguments: ["bash", "zsh", "fish"]) func aShellCompletes(_ shell: String) async throws {
    let (arguments, setup) = try #require(Self.shells[shell])
    let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    let terminal = try PromptTerminal(
      arguments, columns: 200, environment: ["PATH": folder + ":/usr/bin:/bin"], files: Self.files,
      program: "/usr/bin/" + shell)
    // If a test types before the shell waits for input, the terminal also echoes the keys. Then the columns of the
    // shell and of the screen no longer match.
    try await terminal.waits("a prompt") { $0.cursor.column > 0 }
    try terminal.types(setup + "\r")
    try await terminal.waits("the new prompt") { $0.lines[$0.cursor.row] == "$" && $0.cursor.column == 2 }
    for (typed, completed) in [
      ("retort doct", "retort doctor "), ("retort --allow", "retort --allow-sh "),
      ("retort cle", "retort clean-up.retort"),
      ("retort doctor stag", "retort doctor staging "), ("retort --guarded sta", "retort --guarded stage "),
      ("retort --output nd", "retort --output ndjson "), ("retort serve blog --flav", "retort serve blog --flavour "),
      ("retort serve blog --flavour car", "retort serve blog --flavour carrot "),
      ("retort fmt --che", "retort fmt --check "),
      ("retort journal dat", "retort journal data.csv"),
    ] {
      try terminal.types("\u{15}" + typed + "\t")
      try await terminal.sees("$ " + completed)
    }
  }

  @Test func theCandidatesComeFromTheDeclarations() {
    func words(_ words: String...) -> [String] {
      CommandLineCandidates(words: words, environment: [:]).candidates.map(\.text)
    }
    #expect(words("do") == ["doctor"])
    #expect(words("--yes", "--dr") == ["--dry-run"])
    #expect(words("--color", "") == ["auto", "always", "never"])
    #expect(words("--color=al") == ["--color=always"])
    #expect(words("serve", "blog", "--fault", "dr") == ["drop="])
    #expect(words("ctl", "pa") == ["pause"])
    #expect(words("help", "strea") == ["stream"])
    #expect(words("--dry-run", "--dry") == [])
    #expect(words("nothing", "at", "al") == [])
    #expect(CommandLineCandidates(words: [""], environment: [:]).files == ".retort")
    #expect(CommandLineCandidates(words: ["x.retort", ""], environment: [:]).files == "")
    #expect(CommandLineCandidates(words: ["--report", ""], environment: [:]).files == "")
    for (option, value) in [
      ("--output", "json"), ("-o", "json"), ("-c", "print 1"), ("--var", "a=1"), ("--timeout", "1s"),
    ] {
      #expect(CommandLineCandidates(words: [option, value, ""], environment: [:]).files == ".retort")
    }
    #expect(CommandLineCandidates(words: [], environment: [:]).candidates.count > 5)
  }

  /// The shells complete exactly the options that each command of the program accepts.
  @Test(arguments: SubcommandDeclaration.all.map(\.name)) func theOptionsAreThoseOfTheProgram(_ name: String)
    async throws
  {
    let line = try #require(SubcommandDeclaration.all.first { $0.name == name })
    if name.isEmpty {
      let known = Set(line.options.map(\.name))
      #expect(Set(ProgramOptions.words).subtracting(known).isEmpty)
      return
    }
    guard ["check", "fmt", "serve", "doctor", "work"].contains(name) else { return }
    let help = await Ran.retort(name, "--help").output
    let taken = Set(help.matches(of: #/(?m)^ +(?:-\w, )?(--[a-z-]+)/#).map { String($0.output.1) }).subtracting([
      "--help"
    ])
    #expect(Set(line.options.map(\.name)) == taken)
  }

  /// The shells complete each word that the help shows after `retort`, such as `work`.
  @Test func everyWordOfTheProgramIsCompleted() {
    let words = CommandLineOrOptionPage.all.compactMap {
      $0.form.wholeMatch(of: #/retort ([a-z]+)( .*)?/#).map { String($0.output.1) }
    }
    #expect(words.contains("work"))
    #expect(Set(words).subtracting(SubcommandDeclaration.all.map(\.name)).isEmpty)
  }

  @Test(arguments: ["retort", "bulk"]) func aManualPageReadsWell(_ page: String) async throws {
    let text = await Ran.retort("man", page)
    #expect(text.status == 0 && text.output.hasPrefix(".TH "))
    let file = FileManager.default.temporaryDirectory.appending(path: "retort-\(UUID().uuidString).1")
    defer { try? FileManager.default.removeItem(at: file) }
    try text.output.write(to: file, atomically: true, encoding: .utf8)
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/groff")
    process.arguments = ["-man", "-Tutf8", "-P-c", "-P-b", "-P-u", "-rLL=80n", "-ww", "-K", "utf8", file.path]
    (process.standardOutput, process.standardError) = (output, errors)
    try process.run()
    let shown = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let warnings = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(warnings == "")
    #expect(shown.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let needed =
      page == "bulk" ? ["in-flight:", "journal:", "destroy-all"] : ["--dry-run", "retort doctor", "RETORT_URL"]
    for word in needed { #expect(shown.contains(word)) }
  }

  @Test func anUnknownPageOrShellIsAnError() async {
    #expect(await Ran.retort("man", "no").status == 2)
    #expect(await Ran.retort("completions", "tcsh").notes.hasPrefix("error: retort completions needs a shell"))
    #expect(await Ran.retort("completions").status == 2)
  }
}
