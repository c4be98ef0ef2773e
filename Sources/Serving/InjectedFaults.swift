import JSONText

/// The faults that a service injects on purpose, each with the share of the requests that are affected.
///
/// A request gets at most one fault. The fault `round` is an exception: it can occur together with another fault.
package struct InjectedFaults: Sendable {
  /// A kind of fault.
  package enum Kind: String, CaseIterable, Sendable {
    /// The service carries out the request but sends no reply.
    case drop
    /// The service neither carries out the request nor sends a reply.
    case lose
    /// The service sends the reply twice.
    case duplicate
    /// The service carries out the request, and sends the reply after a long delay.
    case late
    /// The service sends the reply with another correlation id.
    case wrongID = "wrong-id"
    /// The service carries out the request, and sends a reply that is not JSON.
    case malformed
    /// The service does not carry out the request. It replies with the error -32603 of JSON-RPC.
    case rpcError = "rpc-error"
    /// The service carries out the request, and sends an empty reply.
    case empty
    /// The service sends the reply, but then stops consuming the queue for a time.
    case noConsumer = "no-consumer"
    /// The service rounds the numbers and trims the texts in the request, and then carries out the request.
    case round

    /// Whether the service carries out a request that gets the fault.
    var isCarriedOut: Bool { self != .lose && self != .rpcError }
  }

  /// A kind of fault, and the share of the requests that get the fault, from 0 to 1.
  package struct FaultShare: Sendable {
    var kind: Kind
    var share: Double

    /// Parses the value of an option, such as `drop=0.01` or `drop=1%`.
    ///
    /// The value `round`, without a share, means that all requests get the fault `round`.
    ///
    /// - Throws: ``OptionError`` with a message that shows the correct form.
    package init(_ text: String) throws(OptionError) {
      let given = text == Kind.round.rawValue ? "\(text)=1" : text
      let parts = given.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let kind = Kind(rawValue: parts[0]) else {
        let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw OptionError("write KIND=SHARE, such as drop=1%; the kinds are \(known)")
      }
      let isPercentage = parts[1].hasSuffix("%")
      let number = Double(digits: parts[1].dropLast(isPercentage ? 1 : 0)).map { isPercentage ? $0 / 100 : $0 }
      guard let number, number <= 1 else {
        throw OptionError("a share is a number from 0 to 1, or a percentage such as 5%")
      }
      self.kind = kind
      share = number
    }
  }

  /// An error in the value of an option.
  package struct OptionError: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
  }

  private var shares: [FaultShare] = []
  private let rounded: Double

  /// Creates the faults of a service.
  ///
  /// - Throws: ``OptionError`` if the shares add up to more than 1.
  package init(_ shares: [FaultShare]) throws(OptionError) {
    rounded = shares.filter { $0.kind == .round }.reduce(0) { $0 + $1.share }
    let shares = shares.filter { $0.kind != .round }
    let sum = max(rounded, shares.reduce(0) { $0 + $1.share })
    guard sum < 1.000001 else { throw OptionError("the shares of --fault add up to \(sum); the maximum is 1") }
    self.shares = shares
  }

  /// Returns, at random, whether a request gets the fault `round`.
  func drawsRounding(_ random: inout SeededRandom) -> Bool { rounded > 0 && random.share() < rounded }

  /// Returns a random fault, other than `round`, for a request; nil for no fault.
  func draw(_ random: inout SeededRandom) -> Kind? {
    var place = random.share()
    for fault in shares {
      if place < fault.share { return fault.kind }
      place -= fault.share
    }
    return nil
  }
}
