import Foundation
import RetortShell

if let number = ProgramArguments.firstInvalid {
  Console.standard.note(
    "error: the argument \(number) is not valid UTF-8\n  = write the text in UTF-8, or read it from a file\n")
  exit(2)
}
exit(
  await run(
    arguments: Array(CommandLine.arguments.dropFirst()), console: .standard,
    environment: ProcessInfo.processInfo.environment))
