import JSONText

/// The faults that a service injects on purpose, and the share of requests that each one affects.
///
/// A request has at most one fault other than `round`.
package struct InjectedFaults: Sendable {
  /// A kind of fault.
  package enum Kind: String, CaseIterable, Sendable {
    /// The request is carried out but gets no reply.
    case drop
    /// The request is not carried out and gets no reply.
    case lose
    /// The request gets its reply twice.
    case duplicate
    /// The request is carried out, and its reply is sent after a long delay.
    case late
    /// The request gets its reply with another correlation id.
    case wrongID = "wrong-id"
    /// The request is carried out, and the reply is not JSON.
    case malformed
    /// The request is not carried out, and the reply is JSON-RPC's error -32603.
    case rpcError = "rpc-error"
    /// The request is carried out, and the reply is empty.
    case empty
    /// The request gets its reply, and then the queue has no consumer for a time.
    case noConsumer = "no-consumer"
    /// The request is carried out with its numbers rounded and its text trimmed.
    case round

    /// Whether the request is carried out.
    var isCarriedOut: Bool { self != .lose && self != .rpcError }
  }

  /// A kind of fault and its share of the requests, from 0 to 1.
  package struct FaultShare: Sendable {
    var kind: Kind
    var share: Double

    /// Reads `drop=0.01`, `drop=1%`, or `round`, which affects all requests if it has no share.
    ///
    /// - Throws: ``OptionError`` with the correct form.
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

  /// Creates the faults from their shares.
  ///
  /// - Throws: ``OptionError`` if the shares add up to more than 1.
  package init(_ shares: [FaultShare]) throws(OptionError) {
    rounded = shares.filter { $0.kind == .round }.reduce(0) { $0 + $1.share }
    let shares = shares.filter { $0.kind != .round }
    let sum = max(rounded, shares.reduce(0) { $0 + $1.share })
    guard sum < 1.000001 else { throw OptionError("the shares of --fault add up to \(sum); the maximum is 1") }
    self.shares = shares
  }

  /// Decides at random whether the numbers of a request are rounded.
  func drawsRounding(_ random: inout SeededRandom) -> Bool { rounded > 0 && random.share() < rounded }

  /// Chooses the fault of a request at random; nil for no fault.
  func draw(_ random: inout SeededRandom) -> Kind? {
    var place = random.share()
    for fault in shares {
      if place < fault.share { return fault.kind }
      place -= fault.share
    }
    return nil
  }
}
