import Testing

/// Tests of files that can be read only once: standard input, and pipes such as `/dev/fd/63` and named pipes.
@Suite(.timeLimit(.minutes(15))) struct ReadOnceTests {
  @Test(arguments: [
    "retort -c 'let rows = read \"'<(seq 3)'\" as: \"txt\"; rows | count; rows | count'",
    "retort -c 'let rows = read \"'<(seq 3)'\" as: \"txt\"; rows | count; diff rows rows key: it'",
    "seq 3 | retort -c 'let rows = read \"/dev/stdin\" as: \"txt\"; rows | count; rows | count'",
    """
    d=$(mktemp -d); mkfifo $d/p; seq 3 > $d/p & \
    retort -c "let rows = read \\"$d/p\\" as: \\"txt\\"; rows | count; rows | count"; s=$?; rm -r $d; exit $s
    """,
  ]) func aSecondReadOfAPipeIsAnError(_ command: String) async throws {
    let ran = try await RunningProgram(shell: command).ended()
    #expect(ran.status == 1 && ran.output == "3\n" && ran.notes.contains("already read"), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("= keep the records: let rows = read "))
  }

  @Test func twoCommandsCanReadANamedPipe() async throws {
    let ran = try await RunningProgram(
      shell: """
        d=$(mktemp -d); mkfifo $d/p; (seq 3 > $d/p; sleep 0.5; seq 4 > $d/p) & \
        retort -c "for n in 1..2 do print (read \\"$d/p\\" as: \\"txt\\" | count); sleep 1s end"; rm -r $d
        """
    ).ended()
    #expect(ran.output == "3\n4\n", Comment(rawValue: ran.notes))
  }

  @Test func aScriptFromStandardInputCannotReadIt() async throws {
    let ran = try await RunningProgram(shell: "echo 'read \"-\" as: \"csv\"' | retort -").ended()
    #expect(ran.status == 1 && ran.notes.contains("standard input contains the script"), Comment(rawValue: ran.notes))
    #expect(ran.notes.contains("retort FILE.retort"))
  }

  /// Standard input is a regular file, of which another program has already read a part.
  @Test func theRestOfAFileIsRead() async throws {
    let ran = try await RunningProgram(
      shell: "f=$(mktemp); seq 5 > $f; { read; retort -c 'read \"-\" as: \"txt\" | count'; } < $f; rm $f"
    ).ended()
    #expect(ran.status == 0 && ran.output == "4\n", Comment(rawValue: ran.notes))
  }

  @Test func aClosedOutputEndsAWrite() async throws {
    let command =
      "retort --quiet -c '1..100000 | map {n: it} | write \"-\" as: \"csv\"' | head -1; echo ${PIPESTATUS[0]}"
    let ran = try await RunningProgram(shell: command).ended()
    #expect(ran == Ran(status: 0, output: "n\n0\n".replacing("n\n", with: "n\r\n"), notes: ""))
  }

  @Test func aNULInACommandIsAnError() async throws {
    let ran = await Ran.retort("--allow-sh", "-c", "1 | sh \"echo one\\u0000 two\"")
    #expect(ran.status == 1 && ran.notes.contains("contains a NUL") && ran.output.isEmpty, Comment(rawValue: ran.notes))
  }
}
