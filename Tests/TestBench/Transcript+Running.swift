extension Transcript {
  /// A function that runs a statement and returns the output of the statement.
  public typealias Speaker = (_ statement: String) async -> Reply

  /// An environment in which a block can run, such as a session with a service on a broker.
  ///
  /// The function prepares the environment, passes a speaker to `body`, and cleans up. It returns the result of `body`,
  /// or nil if the block can't run in this environment.
  public typealias World = (_ block: Block, _ body: (Speaker) async -> [Exchange]) async throws -> [Exchange]?

  /// Runs every block in an environment, and returns a transcript with the actual output.
  ///
  /// The statements of the prologue run before the statements of each block.
  public func held(in world: World) async throws -> Transcript {
    var result = self
    for (index, block) in blocks.enumerated() {
      let opening = block.program == nil ? prologue : []
      let exchanges = try await world(block) { say in
        var said: [Exchange] = []
        for var exchange in opening + block.exchanges {
          exchange.reply = await say(block.program == nil ? exchange.statement : script(of: exchange))
          said.append(exchange)
        }
        return said
      }
      guard let exchanges else { continue }
      for (index, exchange) in exchanges.prefix(opening.count).enumerated()
      where exchange.reply != prologue[index].reply {
        result.prologue[index] = exchange
      }
      result.blocks[index].exchanges = Array(exchanges.dropFirst(opening.count))
    }
    return result
  }

  /// Returns a script that contains the statements of the prologue and, after them, the statement of an exchange.
  private func script(of exchange: Exchange) -> String {
    (prologue + [exchange]).map(\.statement).joined(separator: "\n")
  }

  /// The exchanges of the transcript, each with the heading of its block.
  public var exchanges: [(heading: String, exchange: Exchange)] {
    prologue.map { ("the beginning", $0) } + blocks.flatMap { block in block.exchanges.map { (block.heading[0], $0) } }
  }
}
