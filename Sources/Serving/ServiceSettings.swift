package import Broker
package import ResourceService

/// The settings of a service: database, queues, delays and faults.
package struct ServiceSettings: Sendable {
  /// A SQLite file, or `blog` for the sample.
  package var database: String
  /// The broker's URI.
  package var url: String
  /// The connection's name in the broker's management interface.
  package var connectionName: String
  /// An entry `TYPE=NAME` for each type that is served on a queue with another name.
  package var queues: [String] = []
  /// The properties with which missing queues are declared.
  package var declaration = QueueDeclaration()
  /// The delay of each reply; nil for no delay.
  package var latency: Duration?
  /// The maximum random addition to the delay; nil for no addition.
  package var jitter: Duration?
  /// The maximum number of requests of a queue that are answered concurrently.
  package var workers: UInt16 = 1
  /// The maximum number of requests of a queue that are answered per second; nil for no limit.
  package var rate: UInt32?
  /// The injected faults with their shares.
  package var shares: [InjectedFaults.FaultShare] = []
  /// The delay of the fault `late`; nil means ten seconds.
  package var late: Duration?
  /// The duration of the fault `no-consumer`; nil means one second.
  package var away: Duration?
  /// The seed of the random faults and delays.
  package var seed: UInt64 = 0
  /// The path of the log with a line of JSON for each request; `-` is standard output, and nil means no log.
  package var log: String?
  /// The division of lists into pages.
  package var pages = Dialect.ListPaging.number
  /// The library whose servers the service imitates; nil for none.
  package var flavour: Dialect.ImitatedLibrary?

  /// Creates the settings of a service without delays and faults.
  package init(database: String, url: String, connectionName: String) {
    self.database = database
    self.url = url
    self.connectionName = connectionName
  }
}

/// The functions that the program provides to the server: output and the stop signal.
package struct ServingCallbacks: Sendable {
  /// Writes to standard output; returns false if the write fails.
  package var write: @Sendable ([UInt8]) -> Bool
  /// Writes bytes to an open file; returns false if the write fails.
  package var append: @Sendable ([UInt8], Int32) -> Bool
  /// Shows a note on standard error, with its newline.
  package var note: @Sendable (String) -> Void
  /// Returns when the service must stop.
  package var stopped: @Sendable () async -> Void

  /// Creates the callbacks of a server.
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
