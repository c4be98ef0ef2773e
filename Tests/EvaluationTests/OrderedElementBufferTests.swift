import JSONText
import Testing
import Values

@testable import Evaluation

/// Tests of the buffer that orders the results of concurrent changes.
@Suite struct OrderedElementBufferTests {
  private static func number(_ number: Int) -> Value { .number(JSONNumber(number)) }

  /// The values of a stream as JSON, and the values that `as` named.
  private static func read(_ stream: ElementStream) async throws -> (values: [String], names: [[String]]) {
    var stream = stream
    let all = try await stream.all()
    return (try all.elements.map { try $0.json().text }, try all.names.map { try $0.map { try $0.json().text } })
  }

  @Test func valuesHaveTheOrderOfTheirElements() async throws {
    var buffer = OrderedElementBuffer()
    for index in [3, 0, 2, 1, 5] { try buffer.take(Self.number(index), [], at: index) }
    try buffer.take(nil, [], at: 4)
    let (values, names) = try await Self.read(buffer.elements())
    #expect(values == ["0", "1", "2", "3", "5"] && names.isEmpty)
  }

  /// Elements 0 and 500 have no value at first, as for unknown changes.
  ///
  /// Late replies give them values at the end.
  @Test func aLateValueComesBeforeLaterElements() async throws {
    var buffer = OrderedElementBuffer()
    for index in 0..<1000 {
      try buffer.take(index % 500 == 0 ? nil : Self.number(index), [.string("n\(index)")], at: index)
    }
    try buffer.take(Self.number(500), [.string("n500")], at: 500)
    try buffer.take(Self.number(0), [.string("n0")], at: 0)
    let stream = buffer.elements()
    #expect(stream.count?() == 1000)
    let (values, names) = try await Self.read(stream)
    #expect(values == (0..<1000).map(String.init))
    #expect(names == (0..<1000).map { ["\"n\($0)\""] })
  }

  /// The values arrive in reverse order.
  ///
  /// The number of values that wait for element 0 exceeds the buffer's limit of waiting values.
  @Test func theBufferDoesNotWaitForOneElementForever() async throws {
    var buffer = OrderedElementBuffer()
    for index in (1..<10_000).reversed() { try buffer.take(Self.number(index), [], at: index) }
    try buffer.take(Self.number(0), [], at: 0)
    #expect(try await Self.read(buffer.elements()).values == (0..<10_000).map(String.init))
  }

  @Test func lateValuesWithoutOthersAreAllValues() async throws {
    var buffer = OrderedElementBuffer()
    for index in 0..<3 { try buffer.take(nil, [], at: index) }
    for index in [2, 0] { try buffer.take(Self.number(index), [], at: index) }
    #expect(try await Self.read(buffer.elements()).values == ["0", "2"])
    #expect(try await Self.read(OrderedElementBuffer().elements()).values.isEmpty)
  }
}
