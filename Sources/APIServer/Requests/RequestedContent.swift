import JSONText

/// The content that a reply must have, from the parameters `fields` and `include`.
struct RequestedContent {
  let fieldsets: Fieldsets
  let include: IncludeTree

  /// Parses the parameters `fields` and `include` of a request.
  ///
  /// - Throws: ``RequestRefusal`` with the errors of both.
  init(_ params: JSONObject, of type: ResourceType, in schema: Schema) throws(RequestRefusal) {
    var errors: [ErrorInBothWordings] = []
    let fieldsets = errors.collect { () throws(RequestRefusal) in try Fieldsets.parse(params["fields"], in: schema) }
    let include = errors.collect { () throws(RequestRefusal) in
      try IncludeTree.parse(params["include"], of: type, in: schema)
    }
    guard let fieldsets, let include else { throw RequestRefusal(errors) }
    self.fieldsets = fieldsets
    self.include = include
  }
}
