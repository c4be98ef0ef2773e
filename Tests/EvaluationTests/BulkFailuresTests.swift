import Client
import JSONText
import Testing
import Values

@testable import Bulk
@testable import Evaluation

/// Tests of the list `failures` in the summary of a bulk change.
@Suite struct BulkFailuresTests {
  private let element = BulkElement(.string("x"), .failure(Fault(.value, "no")))

  /// Records that the changes of 1,500 elements got no reply; the list stores at most 1,000 of them.
  private func failures() -> BulkFailures {
    let failures = BulkFailures()
    for index in 0..<1500 { failures.take(element, .unknown(ClientError(.unknown, "no reply")), at: index) }
    return failures
  }

  @Test func aLateReplyRemovesAnElementThatIsNotStored() {
    let failures = failures()
    for index in 0..<1500 { failures.take(element, .done(.result(.null)), at: index) }
    guard case .list(let list) = failures.value else {
      Issue.record("failures are missing")
      return
    }
    #expect(list.isEmpty)
  }

  @Test func aLateErrorDoesNotCountAnElementTwice() throws {
    let failures = failures()
    for index in 0..<1500 { failures.take(element, .failed(ClientError(.invalid, "no")), at: index) }
    #expect(try failures.value.json().text.contains("500 more failures are not kept"))
  }
}
