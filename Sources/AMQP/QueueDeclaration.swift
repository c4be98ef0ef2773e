/// The properties with which the program declares a missing queue, such as the queue's type and its durability.
public struct QueueDeclaration: Sendable, Equatable {
  /// The types of a service's queue (https://www.rabbitmq.com/docs/queues#optional-arguments).
  public enum QueueType: String, CaseIterable, Sendable {
    case classic, quorum
  }

  /// Whether the queue survives a restart of the broker.
  public var isDurable: Bool
  /// The queue's type; nil for the broker's default.
  public var type: QueueType?

  /// The number of times that a quorum queue redelivers a message before it drops the message (`x-delivery-limit`).
  ///
  /// Nil means the broker's default.
  public var deliveryLimit: UInt16?
  /// Whether only the connection that declares the queue can consume from the queue.
  ///
  /// The broker deletes an exclusive queue when the connection ends.
  public var isExclusive: Bool

  /// Creates a declaration.
  ///
  /// A quorum queue is always durable.
  public init(isDurable: Bool = false, type: QueueType? = nil, deliveryLimit: UInt16? = nil, isExclusive: Bool = false)
  {
    self.isDurable = isDurable || type == .quorum
    self.type = type
    self.deliveryLimit = deliveryLimit
    self.isExclusive = isExclusive
  }

  /// The declaration as text for a trace, such as ` durable x-queue-type quorum`.
  var words: String {
    (isDurable ? " durable" : "") + (isExclusive ? " exclusive" : "")
      + (type.map { " x-queue-type \($0.rawValue)" } ?? "") + (deliveryLimit.map { " x-delivery-limit \($0)" } ?? "")
  }
}

extension Connection {
  /// Opens a channel for a queue, and declares the queue if it is missing.
  ///
  /// An existing queue may have any properties. The function looks for the queue first, and declares a missing queue.
  /// If the broker refuses the declaration, another service has probably declared the queue with other properties in
  /// the meantime. The function then looks for the queue a second time. Each step uses a new channel, because the
  /// broker closes a channel when it refuses a method.
  ///
  /// - Returns: The channel's number and the queue's name.
  func openRequestQueue(
    _ queue: String, _ declaration: QueueDeclaration
  ) async throws(AMQPClientError) -> (number: UInt16, name: [UInt8]) {
    if let found = try await requestQueue(queue) { return found }
    let number = try await newChannel()
    do throws(AMQPClientError) {
      return (number, try await call(number, .declareRequestQueue(queue, declaration)).name)
    } catch {
      guard end == nil, let found = try await requestQueue(queue) else { throw error }
      return found
    }
  }

  /// Opens a channel for an existing queue; returns nil if the queue is missing.
  private func requestQueue(_ queue: String) async throws(AMQPClientError) -> (number: UInt16, name: [UInt8])? {
    let number = try await newChannel()
    do throws(AMQPClientError) { return (number, try await call(number, .findRequestQueue(queue)).name) } catch {
      guard error.kind == .noRoute else { throw error }
      return nil
    }
  }
}
