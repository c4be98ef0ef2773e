import Testing

@testable import Serving

/// Tests of the random faults of `retort serve`, which depend only on the seed, the queue and the request's number.
@Suite struct InjectedFaultsTests {
  private func shares(seed: UInt64 = 1, queue: String = "posts", request: Int = 1) -> [Double] {
    var random = SeededRandom(seed: seed, queue: queue, request: request)
    return (0..<4).map { _ in random.share() }
  }

  @Test func theSameRequestHasTheSameFaults() {
    #expect(shares() == shares())
    #expect(Set([shares(), shares(seed: 2), shares(queue: "tags"), shares(request: 2)]).count == 4)
    #expect(shares() == [0.8765881842126699, 0.64437426332019, 0.5069913756779125, 0.7363839446125301])
  }

  @Test func eachFaultHasItsShare() throws {
    let faults = try InjectedFaults([try .init("drop=25%"), try .init("late=0.05")])
    var counts: [InjectedFaults.Kind?: Int] = [:]
    for request in 1...10_000 {
      var random = SeededRandom(seed: 0, queue: "posts", request: request)
      counts[faults.draw(&random), default: 0] += 1
    }
    #expect(counts == [.drop: 2470, .late: 528, nil: 7002])
  }

  @Test(arguments: [
    "drop=-0.1", "drop=+0.1", "drop=nan", "drop=1e-3", "drop=0x1p-3", "drop=", "drop=%", "drop=1.5", "drop",
  ])
  func aShareThatIsNoNumberIsRefused(_ text: String) {
    #expect(throws: InjectedFaults.OptionError.self) { try InjectedFaults.FaultShare(text) }
  }

  @Test(arguments: InjectedFaults.Kind.allCases.filter { $0 != .round })
  func aWholeShareIsEveryRequest(kind: InjectedFaults.Kind) throws {
    let faults = try InjectedFaults([try .init("\(kind.rawValue)=100%")])
    for request in 1...1000 {
      var random = SeededRandom(seed: 3, queue: "posts", request: request)
      #expect(faults.draw(&random) == kind)
    }
  }
}
