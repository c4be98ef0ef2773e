package import AMQP
package import APIServer

/// The settings of a service: the database, the queues, the delays and the faults.
package struct ServiceSettings: Sendable {
  /// The path of a SQLite file, or `blog` for the sample database.
  package var database: String
  /// The broker's URI.
  package var url: String
  /// The name of the connection in RabbitMQ's management interface.
  package var connectionName: String
  /// An entry `TYPE=NAME` for each type whose queue has a different name than the type.
  package var queues: [String] = []
  /// The properties with which the service declares missing queues.
  package var declaration = QueueDeclaration()
  /// The delay of each reply; nil for no delay.
  package var latency: Duration?
  /// The maximum additional, random delay of each reply; nil for no additional delay.
  package var jitter: Duration?
  /// The maximum number of requests to a queue that the service answers at the same time.
  package var workers: UInt16 = 1
  /// The maximum number of requests to a queue that the service answers in one second; nil for no limit.
  package var rate: UInt32?
  /// The injected faults, with their shares.
  package var shares: [InjectedFaults.FaultShare] = []
  /// The delay that the fault `late` causes; nil means ten seconds.
  package var late: Duration?
  /// The time for which the fault `no-consumer` leaves the queue without a consumer; nil means one second.
  package var away: Duration?
  /// The seed for the random faults and delays.
  package var seed: UInt64 = 0
  /// The path of the log of requests; `-` for standard output, nil for no log.
  package var log: String?
  /// How the service divides lists into pages.
  package var pages = ProtocolDialect.ListPaging.number
  /// The library whose servers the service imitates; nil for no imitation.
  package var flavour: ProtocolDialect.ImitatedLibrary?

  /// Creates the settings of a service without delays and faults.
  package init(database: String, url: String, connectionName: String) {
    self.database = database
    self.url = url
    self.connectionName = connectionName
  }
}

/// Functions of the program that the service uses for output, and to learn when to stop.
package struct ServiceOutputAndStopCallbacks: Sendable {
  /// Writes bytes to standard output.
  ///
  /// Returns false if writing fails.
  package var write: @Sendable ([UInt8]) -> Bool
  /// Writes bytes to an open file.
  ///
  /// Returns false if writing fails.
  package var append: @Sendable ([UInt8], Int32) -> Bool
  /// Shows a note on standard error.
  ///
  /// The text of the note ends with a line feed.
  package var note: @Sendable (String) -> Void
  /// Returns when the service must stop.
  package var stopped: @Sendable () async -> Void
  /// Ends the program immediately.
  package var end: @Sendable () -> Void

  /// Creates the callbacks.
  package init(
    write: @escaping @Sendable ([UInt8]) -> Bool, append: @escaping @Sendable ([UInt8], Int32) -> Bool,
    note: @escaping @Sendable (String) -> Void, stopped: @escaping @Sendable () async -> Void,
    end: @escaping @Sendable () -> Void
  ) {
    self.write = write
    self.append = append
    self.note = note
    self.stopped = stopped
    self.end = end
  }
}
