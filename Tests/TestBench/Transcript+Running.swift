extension Transcript {
  /// Runs a statement and returns its output.
  public typealias Speaker = (_ statement: String) async -> Reply

  /// An environment for a block: runs a body with a speaker and cleans up; nil if the block can't run there.
  public typealias World = (_ block: Block, _ body: (Speaker) async -> [Exchange]) async throws -> [Exchange]?

  /// Runs every block after the prologue, and returns the transcript with the actual output.
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

  /// The batch of a statement: the prologue's statements above it.
  private func script(of exchange: Exchange) -> String {
    (prologue + [exchange]).map(\.statement).joined(separator: "\n")
  }

  /// Every exchange with its heading.
  public var exchanges: [(heading: String, exchange: Exchange)] {
    prologue.map { ("the beginning", $0) } + blocks.flatMap { block in block.exchanges.map { (block.heading[0], $0) } }
  }
}
