import ArgumentParser

/// The options of `retort serve`.
struct ServeOptions: ParsableArguments {
  @ArgumentParser.Argument(help: ArgumentHelp("A SQLite database, or the sample blog.", valueName: "DB"))
  var database: String

  @Option(help: ArgumentHelp("The broker.", valueName: "URI"))
  var url: String?

  @Option(
    name: .customLong("queue"), help: ArgumentHelp("Serves a type on a queue of another name.", valueName: "TYPE=NAME"))
  var queues: [String] = []
}

func serve(_ options: ServeOptions, _ console: Console) async -> Int32 {
  console.note("serve is not built yet\n")
  return 2
}
