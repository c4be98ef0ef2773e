import Foundation
import Redaction
import Testing

@testable import RetortShell

/// Tests of the commands that notes propose for a run with secrets, such as a password in a URI.
///
/// Such a command contains a shell variable in place of the secret, and works if the user sets the variable.
@Suite struct HiddenSecretTests {
  @Test(arguments: [
    (
      ["-c", "connect \"amqp://u:pw@h/\""], #"retort -c 'connect "amqp://u:'"${PASSWORD:?}"'@h/"'"#, ["PASSWORD": "pw"]
    ),
    (
      ["-c", "connect \"amqp://u:a@h/\"; connect \"amqp://u:b@h/\"; connect \"amqp://u:a@i/\""],
      #"retort -c 'connect "amqp://u:'"${PASSWORD:?}"'@h/"; connect "amqp://u:'"${PASSWORD2:?}"'@h/"; connect "amqp://u:'"${PASSWORD:?}"'@i/"'"#,
      ["PASSWORD": "a", "PASSWORD2": "b"]
    ),
    (
      ["--var", "api-token=x y", "m.retort"], #"retort --var api-token="${API_TOKEN:?}" m.retort"#, ["API_TOKEN": "x y"]
    ),
    (["m.retort", "amqp://u:p$w'@h"], #"retort m.retort amqp://u:"${PASSWORD:?}"@h"#, ["PASSWORD": "p$w'"]),
    (["m.retort", ""], "retort m.retort ''", [:]),
  ]) func aCommandWorksWithItsSecretsInVariables(
    arguments: [String], command: String, secrets: [String: String]
  ) throws {
    #expect(ShellCommandLineWriter.command(arguments) == command)
    #expect(Set(ShellVariablesForSecrets.names(in: command)) == Set(secrets.keys))
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", "retort() { for word; do printf '%s\\0' \"$word\"; done; }; \(command)"]
    shell.environment = secrets
    let pipe = Pipe()
    shell.standardOutput = pipe
    try shell.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    shell.waitUntilExit()
    #expect(output == Data((arguments.joined(separator: "\0") + "\0").utf8))
  }

  @Test func aCommandWithoutItsSecretsFails() throws {
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", "true " + ShellVariablesForSecrets.reference(to: "PASSWORD")]
    shell.environment = [:]
    shell.standardError = FileHandle.nullDevice
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus != 0)
  }

  /// A statement from the history or from a saved script does not send a mask as data.
  @Test(arguments: [
    (#"update users 1 {password: "***"}"#, 28), (#"[{token: "t1"}] | where .token != "***" | count"#, 36),
    (#"print {"api-key": "a" + "***"}"#, 26), (#"let hook = "https://u:***@h/""#, 23),
    (#"print "Bearer ***""#, 15), (#"print "https://h/?token=***""#, 25),
    (#"create users {uri: "amqp://u:***@h/"}"#, 30), (#"if true do print {pwd: "***"} end"#, 25),
  ]) func aMaskInPlaceOfASecretIsRefused(statement: String, column: Int) async {
    let statements = #"connect "embedded:blog"; let users = client queue: "users"\#n\#(statement)"#
    let ran = await Ran.retort("-c", statements)
    #expect(ran.status == 2 && ran.output.isEmpty, Comment(rawValue: ran.notes))
    #expect(
      ran.notes.hasPrefix("error: *** stands for a secret that the history does not store\n  --> -c:2:\(column)\n"))
    #expect(ran.notes.hasSuffix("  = type the value of the secret\n"))
    #expect(ran.notes.components(separatedBy: "error: ").count == 2)
  }

  @Test(arguments: [
    #"print "***""#, #"print {a: "***", password: "x***"} # password: ***"#, #"print {password: "\u002a**"}"#,
    #"let u = "amqp://u:***@h/"; print length(u)"#, #"print {password: "****"}"#,
  ]) func otherAsterisksAreText(statement: String) async {
    let ran = await Ran.retort("-c", statement)
    #expect(ran.status == 0, Comment(rawValue: ran.notes))
  }

  @Test func withoutATerminalAMaskedPasswordIsNoPassword() async {
    let ran = await Ran.retort("-c", #"connect "amqp://u:***@127.0.0.1:1/""#)
    #expect(
      ran.status == 4 && ran.notes.hasPrefix("error[connection]: the URI has *** in place of its password, because"))
  }
}
