import JSONText
import Language
import Values

extension BuiltInStage {
  static let `where` = BuiltInStage(
    CommandDeclaration(
      name: "where", summary: "Keeps the elements for which a condition is true.",
      parameters: [.init(name: "CONDITION", shape: .condition)], result: "elements",
      examples: [.init(code: "1..5 | where it > 3", output: "4\n5")], names: .kept)
  ) { call in
    let test = call.each(0)
    let (range, source) = call.place(0)
    return .transform { frame, upstream throws(Fault) in
      upstream.mapping(test, frame, stage: "where", addsEach: false) { element, value, out throws(Fault) in
        guard case .bool(let keep) = value else {
          _ = try Result { () throws(Fault) in try value.condition("where") }.mapError {
            $0.placed(at: range, in: source)
          }.get()
          return
        }
        if keep { out.append(element) }
      }
    }
  }

  static let take = BuiltInStage(
    CommandDeclaration(
      name: "take", summary: "Keeps the first N elements, and reads no more elements.",
      parameters: [.init(name: "N", shape: .number).ruled(.count())], result: "elements",
      examples: [.init(code: "1..100 | take 2", output: "1\n2")], names: .kept)
  ) { call in
    let count = call.once(0)
    return .transform { frame, upstream throws(Fault) in
      var (upstream, frame) = (upstream, frame)
      var left: Int?
      return ElementStream(pages: { () async throws(Fault) in
        if left == nil { left = try await count.run(&frame).whole("take", "N") }
        guard let wanted = left, wanted > 0, let page = try await upstream.page() else {
          upstream.close()
          return nil
        }
        left = wanted - Swift.min(wanted, page.elements.count)
        if left == 0 { upstream.close() }
        return page.prefix(wanted)
      })
    }
  }

  static let skip = BuiltInStage(
    CommandDeclaration(
      name: "skip", summary: "Skips the first N elements.",
      parameters: [.init(name: "N", shape: .number).ruled(.count())],
      result: "elements", examples: [.init(code: "1..4 | skip 2", output: "3\n4")], names: .kept)
  ) { call in
    let count = call.once(0)
    return .transform { frame, upstream throws(Fault) in
      var (upstream, frame) = (upstream, frame)
      var left: Int?
      return ElementStream(pages: { () async throws(Fault) in
        if left == nil { left = try await count.run(&frame).whole("skip", "N") }
        while let page = try await upstream.page() {
          let skipped = Swift.min(left ?? 0, page.elements.count)
          left = (left ?? 0) - skipped
          if skipped < page.elements.count { return page.dropFirst(skipped) }
        }
        return nil
      })
    }
  }

  static let first = BuiltInStage(
    CommandDeclaration(
      name: "first", summary: "Returns the first element, or null if there are no elements.", result: "value",
      examples: [.init(code: "[3, 1, 2] | first", output: "3")], names: .kept)
  ) { _ in .first }

  static let last = BuiltInStage(
    CommandDeclaration(
      name: "last", summary: "Returns the last element, or null if there are no elements.", result: "value",
      examples: [.init(code: "[3, 1, 2] | last", output: "2")])
  ) { _ in
    .reduce { frame, stream throws(Fault) in
      var last = Value.null
      while let page = try await stream.next() {
        last = page.last ?? last
      }
      return last
    }
  }

  static let `as` = BuiltInStage(
    CommandDeclaration(
      name: "as",
      summary: """
        Gives each element the name NAME. Later stages can read the element by this name, also in pipelines inside \
        these stages. After a stage that combines elements, such as `sort`, `group` or `collect`, the name is unknown.
        """,
      parameters: [.init(name: "NAME", shape: .any)], result: "elements",
      examples: [
        .init(
          code: "[[1, 2], [3]] | as row | flatten | map {n: it, of: length(row)}",
          output: """
            {"n":1,"of":2}
            {"n":2,"of":2}
            {"n":3,"of":1}
            """)
      ], names: .kept)
  ) { call in
    call.compiler.name(element: call.positional[0])
    return .transform { _, upstream throws(Fault) in
      var upstream = upstream
      let count = upstream.count
      var named = ElementStream(pages: { () async throws(Fault) in
        guard var page = try await upstream.page() else { return nil }
        if page.names.isEmpty {
          page.names = page.elements.map { [$0] }
        } else {
          for index in page.elements.indices { page.names[index].append(page.elements[index]) }
        }
        return page
      })
      named.count = count
      return named
    }
  }
}

extension Value {
  /// Returns this argument of a stage as an integer of at least `least`; throws an error for any other value.
  func whole(_ stage: String, _ place: String, from least: Int = 0) throws(Fault) -> Int {
    guard case .number(let number) = self, let integer = number.position, integer >= least else {
      throw Fault(
        .value, "\(place) of \(stage) must be an integer of at least \(least), not \(label)",
        nextStep: BuiltInStage.named(stage).map { _ in "\(stage) \(max(least, 10))" })
    }
    return integer
  }
}
