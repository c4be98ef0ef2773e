import JSONText
import Language
import Values

extension Stage {
  static let `where` = Stage(
    Declaration(
      name: "where", summary: "Keeps the elements for which a condition is true.",
      parameters: [.init(name: "CONDITION", shape: .condition)], result: "elements",
      examples: [.init(code: "1..5 | where it > 3", output: "4\n5")])
  ) { call in
    let test = call.each(0)
    let (range, source) = call.place(0)
    return .transform { frame, upstream throws(Fault) in
      upstream.mapping(test, frame, stage: "where") { element, value, out throws(Fault) in
        guard case .bool(let keep) = value else {
          _ = try Result { () throws(Fault) in try value.condition("where") }.mapError {
            $0.placed(at: range, in: source)
          }.get()
          return true
        }
        if keep { out.append(element) }
        return true
      }
    }
  }

  static let take = Stage(
    Declaration(
      name: "take", summary: "Keeps the first N elements, and asks for no more.",
      parameters: [.init(name: "N", shape: .number)], result: "elements",
      examples: [.init(code: "1..100 | take 2", output: "1\n2")])
  ) { call in
    let count = call.once(0)
    return .transform { frame, upstream throws(Fault) in
      var (upstream, frame) = (upstream, frame)
      var left: Int?
      return ElementStream { () async throws(Fault) in
        if left == nil { left = try await count.run(&frame).whole("take", "N") }
        guard let wanted = left, wanted > 0, let page = try await upstream.next() else {
          upstream.close()
          return nil
        }
        left = wanted - Swift.min(wanted, page.count)
        if left == 0 { upstream.close() }
        return Array(page.prefix(wanted))
      }
    }
  }

  static let skip = Stage(
    Declaration(
      name: "skip", summary: "Leaves out the first N elements.", parameters: [.init(name: "N", shape: .number)],
      result: "elements", examples: [.init(code: "1..4 | skip 2", output: "3\n4")])
  ) { call in
    let count = call.once(0)
    return .transform { frame, upstream throws(Fault) in
      var (upstream, frame) = (upstream, frame)
      var left: Int?
      return ElementStream { () async throws(Fault) in
        if left == nil { left = try await count.run(&frame).whole("skip", "N") }
        while let page = try await upstream.next() {
          let skipped = Swift.min(left ?? 0, page.count)
          left = (left ?? 0) - skipped
          if skipped < page.count { return Array(page.dropFirst(skipped)) }
        }
        return nil
      }
    }
  }

  static let first = Stage(
    Declaration(
      name: "first", summary: "Gives the first element, or null where there is none.", result: "value",
      examples: [.init(code: "[3, 1, 2] | first", output: "3")])
  ) { _ in
    .reduce { _, stream throws(Fault) in
      defer { stream.close() }
      return try await stream.next()?.first ?? .null
    }
  }
}

extension Value {
  /// A whole number from 0 for a place.
  func whole(_ stage: String, _ place: String) throws(Fault) -> Int {
    guard case .number(let number) = self, let integer = number.integer, integer >= 0 else {
      throw Fault(.value, "\(stage) needs \(place) as an integer from 0, not \(label)")
    }
    return integer
  }
}
