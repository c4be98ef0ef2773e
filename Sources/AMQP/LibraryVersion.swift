import CRabbitMQ

extension Connection {
  /// The version of librabbitmq that the program uses (`amqp_version`).
  public static var libraryVersion: String { String(cString: amqp_version()) }
}
