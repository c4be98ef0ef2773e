extension Transcript {
  /// A world to hold a session in: lends a conversation to a body, and clears up after it.
  public typealias World = (_ body: (Conversation) async -> [Exchange]) async throws -> [Exchange]

  /// Holds every session, each behind the prologue, and returns the transcript as it turned out.
  public func held(in world: World) async throws -> Transcript {
    var result = self
    for index in blocks.indices {
      let statements = prologue + blocks[index].exchanges
      let exchanges = try await world { conversation in
        var said: [Exchange] = []
        for var exchange in statements {
          exchange.reply = await conversation.say(exchange.statement)
          said.append(exchange)
        }
        return said
      }
      for (index, exchange) in exchanges.prefix(prologue.count).enumerated()
      where exchange.reply != prologue[index].reply {
        result.prologue[index] = exchange
      }
      result.blocks[index].exchanges = Array(exchanges.dropFirst(prologue.count))
    }
    return result
  }

  /// Every exchange with the heading it stands below.
  public var exchanges: [(heading: String, exchange: Exchange)] {
    prologue.map { ("the beginning", $0) } + blocks.flatMap { block in block.exchanges.map { (block.heading[0], $0) } }
  }
}
