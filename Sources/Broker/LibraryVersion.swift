import CRabbitMQ

extension Connection {
  /// The version of librabbitmq that the program runs with (`amqp_version`).
  public static var libraryVersion: String { String(cString: amqp_version()) }
}
