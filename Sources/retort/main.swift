import Foundation
import RetortShell

exit(
  await run(
    arguments: Array(CommandLine.arguments.dropFirst()), console: .standard,
    environment: ProcessInfo.processInfo.environment))
