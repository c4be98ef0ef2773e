package import Broker
package import ResourceService

/// What a service is served with: the database, its queues, the delays and faults.
package struct ServingTerms: Sendable {
  /// A SQLite file, or `blog` for the sample.
  package var database: String
  /// The broker's URI.
  package var url: String
  /// What the broker's operators see of the connection.
  package var connectionName: String
  /// `TYPE=NAME`: types that are served on a queue of another name.
  package var queues: [String] = []
  /// What queues that are not there are made as.
  package var declaration = QueueDeclaration()
  /// How long each answer waits.
  package var latency: Duration?
  /// Up to how much longer, at random.
  package var jitter: Duration?
  /// How many requests of a queue are answered at once.
  package var workers: UInt16 = 1
  /// How many requests of a queue are answered a second, at most.
  package var rate: UInt32?
  /// What goes wrong with a share of the requests.
  package var shares: [InjectedFaults.Share] = []
  /// How late the fault `late` is; nil for ten seconds.
  package var late: Duration?
  /// How long the fault `no-consumer` lasts; nil for a second.
  package var away: Duration?
  /// Chooses what is random.
  package var seed: UInt64 = 0
  /// Where a line of JSON is written for each request; `-` is standard output.
  package var log: String?
  /// How lists are paged.
  package var pages = Dialect.Pages.number
  /// The server that is imitated.
  package var flavour: Dialect.Flavour?

  /// Creates the terms of a plain service.
  package init(database: String, url: String, connectionName: String) {
    self.database = database
    self.url = url
    self.connectionName = connectionName
  }
}

/// What the program lends a service: where it writes, and when it stops.
package struct ServingHost: Sendable {
  /// Writes to standard output; false where it takes no more.
  package var write: @Sendable ([UInt8]) -> Bool
  /// Writes bytes to an open file; false where it takes no more.
  package var append: @Sendable ([UInt8], Int32) -> Bool
  /// Shows a note on standard error, with its newline.
  package var note: @Sendable (String) -> Void
  /// Returns when the service is to stop.
  package var stopped: @Sendable () async -> Void

  /// Creates a host of functions.
  package init(
    write: @escaping @Sendable ([UInt8]) -> Bool, append: @escaping @Sendable ([UInt8], Int32) -> Bool,
    note: @escaping @Sendable (String) -> Void, stopped: @escaping @Sendable () async -> Void
  ) {
    self.write = write
    self.append = append
    self.note = note
    self.stopped = stopped
  }
}
