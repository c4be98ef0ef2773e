package import Client
package import JSONText

extension PoolCarrier {
  /// The settings of a pool's carrier: the queue and the limits of a statement's changes.
  package struct PoolCarrierSettings: Sendable {
    /// The queue of the changes.
    package var queue: String
    /// The number of failures after which no more changes are sent; nil for no limit.
    package var failures: Int?
    /// The share of failures, from 0 to 1, after which no more changes are sent; nil for no limit.
    package var share: Double?
    /// The field by which a lookup finds a created resource, such as `email`; nil if there is no such field.
    package var keyField: String?
    /// The longest time that a request can wait in the service before it is carried out (option `settle:`); nil if
    /// unknown.
    package var settle: Duration?
    /// The object that receives late replies from the workers; nil if the statement needs no late replies.
    package var lateReplies: LateReplies?
    /// A function that converts the names in a result to the spelling that the client's option `keys` requires.
    package var renamed: @Sendable (JSONValue) -> JSONValue = { $0 }
    /// Whether the statement uses the results of the service.
    package var givesResults = true
    /// Shows a note to the user.
    package var note: @Sendable (String) -> Void = { _ in }
    /// Returns whether the sending of chunks is paused, for example by `retort ctl pause`.
    package var isPaused: @Sendable () -> Bool = { false }

    /// Creates settings for the changes of a queue, without a limit of failures.
    package init(queue: String) { self.queue = queue }
  }
}
