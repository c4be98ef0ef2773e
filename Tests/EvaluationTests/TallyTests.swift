import JSONText
import Testing

@testable import Evaluation
import Values

/// Outcomes come in the order of replies; what is told of them is in the order of elements.
@Suite struct TallyTests {
  /// Each failure's element, and what happened to it.
  private func tally(_ failures: [(index: Int, message: String)]) -> Tally {
    var tally = Tally()
    for failure in failures {
      let element = Value.number(JSONNumber(failure.index * 10))
      tally.add(.failed(Fault(.invalid, failure.message)), of: element, at: failure.index)
    }
    return tally
  }

  @Test(arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
  func failuresAreInTheOrderOfElements(arrival: [Int]) {
    let messages = ["can't be blank", "is taken", "can't be blank", "is too long"]
    let tally = tally(arrival.map { ($0, messages[$0]) })
    #expect(tally.failures.map(\.fault.message) == ["can't be blank", "is taken", "is too long"])
    #expect(
      tally.failures.map(\.fault.trail) == [["at element 1, 0"], ["at element 2, 10"], ["at element 4, 30"]])
    #expect(tally.failures.map(\.count) == [2, 1, 1])
    #expect(tally.first?.trail == ["at element 1, 0"])
    #expect(tally.text == "0 ok, 4 failed")
  }

  @Test func theFirstFiveAreTold() {
    let words = ["red", "green", "blue", "black", "white", "grey", "pink"]
    let tally = tally(words.enumerated().reversed().map { ($0.offset, $0.element) })
    #expect(tally.failures.map(\.fault.message) == Array(words.prefix(5)))
    #expect(tally.failed == 7)
  }
}
