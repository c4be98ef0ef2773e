import Language
import Values

extension BuiltInStage {
  static let show = BuiltInStage(
    CommandDeclaration(
      name: "show",
      summary: """
        Reads the resource of each element. An element is an id, or a value with an id, such as a resource.
        """, parameters: [.init(name: "CLIENT", shape: .client)],
      options: [.include, .fields, .meta, .timeout, .retryRead], result: "resources", names: .kept)
  ) { call in
    let arguments = ElementStageArguments(call)
    return .transform { frame, upstream throws(Fault) in
      var (upstream, frame) = (upstream, frame)
      return ElementStream(pages: { () async throws(Fault) in
        guard var page = try await upstream.page() else { return nil }
        let once = try await arguments.once(&frame)
        for (index, element) in page.elements.enumerated() {
          try frame.run.checkInterrupt()
          frame.take(page, index)
          page.elements[index] = try await ShowImplementation.show(
            arguments.each(once, element), frame.run.session)
        }
        return page
      })
    }
  }
}
