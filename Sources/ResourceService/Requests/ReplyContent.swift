import JSONText

/// The requested content of a reply: the parameters `fields` and `include`.
struct ReplyContent {
  let fieldsets: Fieldsets
  let include: IncludeTree

  /// Parses the parameters.
  ///
  /// - Throws: ``Refusal`` with the errors of both parameters.
  init(_ params: JSONObject, of type: ResourceType, in schema: Schema) throws(Refusal) {
    var errors: [RequestError] = []
    let fieldsets = errors.collect { () throws(Refusal) in try Fieldsets.parse(params["fields"], in: schema) }
    let include = errors.collect { () throws(Refusal) in
      try IncludeTree.parse(params["include"], of: type, in: schema)
    }
    guard let fieldsets, let include else { throw Refusal(errors) }
    self.fieldsets = fieldsets
    self.include = include
  }
}
