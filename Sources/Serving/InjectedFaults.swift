/// The faults of a service that tests are made against: which share of the requests meets which.
///
/// A request meets one of them at most, and may be rounded besides.
package struct InjectedFaults: Sendable {
  /// What goes wrong with a request.
  package enum Kind: String, CaseIterable, Sendable {
    /// It is carried out and gets no reply.
    case drop
    /// It is neither carried out nor replied to.
    case lose
    /// It gets its reply twice.
    case duplicate
    /// It gets its reply long after it was carried out.
    case late
    /// It gets its reply under another correlation id.
    case wrongID = "wrong-id"
    /// It is carried out, and the reply is no JSON.
    case malformed
    /// It is not carried out, and the reply is JSON-RPC's error -32603.
    case rpcError = "rpc-error"
    /// It is carried out, and the reply has no byte.
    case empty
    /// It gets its reply, and from then on the queue has no consumer for a while.
    case noConsumer = "no-consumer"
    /// It is carried out with its numbers rounded and its text trimmed.
    case round

    /// Whether the request is carried out.
    var isCarriedOut: Bool { self != .lose && self != .rpcError }
  }

  /// A kind of fault and how many of the requests have it, from 0 to 1.
  package struct Share: Sendable {
    var kind: Kind
    var share: Double

    /// Reads `drop=0.01`, `drop=1%`, or `round`, which is a property of the whole service unless a share is given.
    ///
    /// - Throws: what is right in place of what is wrong.
    package init(_ text: String) throws(Mistake) {
      let given = text == Kind.round.rawValue ? "\(text)=1" : text
      let parts = given.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let kind = Kind(rawValue: parts[0]) else {
        let known = Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw Mistake("it is KIND=SHARE such as drop=1%, KIND one of \(known)")
      }
      let isPercentage = parts[1].hasSuffix("%")
      let number = Double(isPercentage ? String(parts[1].dropLast()) : parts[1]).map { isPercentage ? $0 / 100 : $0 }
      guard let number, number >= 0, number <= 1 else {
        throw Mistake("a share is a number from 0 to 1, or a percentage such as 5%")
      }
      self.kind = kind
      share = number
    }
  }

  /// What is wrong with an option.
  package struct Mistake: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
  }

  private var shares: [Share] = []
  private let rounded: Double

  /// Takes shares of what is one whole.
  ///
  /// - Throws: where they are more than that.
  package init(_ shares: [Share]) throws(Mistake) {
    rounded = shares.filter { $0.kind == .round }.reduce(0) { $0 + $1.share }
    let shares = shares.filter { $0.kind != .round }
    let sum = max(rounded, shares.reduce(0) { $0 + $1.share })
    guard sum < 1.000001 else { throw Mistake("the shares of --fault are \(sum) together, and may be 1 at most") }
    self.shares = shares
  }

  /// Draws whether a request is rounded.
  func drawsRounding(_ dice: inout SeededRandom) -> Bool { rounded > 0 && dice.share() < rounded }

  /// Draws what goes wrong with a request.
  func draw(_ dice: inout SeededRandom) -> Kind? {
    var place = dice.share()
    for fault in shares {
      if place < fault.share { return fault.kind }
      place -= fault.share
    }
    return nil
  }
}
