import JSONAPI
import JSONText

/// The wording of every error.
///
/// Each error has the title and the code of jsonapi-resources. If Calcinator words the error differently, the error
/// also contains Calcinator's wording.
extension ErrorInBothWordings {
  private static func bad(
    _ code: Int, _ title: String, _ detail: String, parameter: String? = nil, maximum: Int? = nil,
    calcinator: ErrorDetail? = nil
  ) -> ErrorInBothWordings {
    let meta: JSONObject? = maximum.map { ["maximum": .number(JSONNumber($0))] }
    func error(_ code: String?) -> ErrorDetail {
      ErrorDetail(status: "400", code: code, title: title, detail: detail, parameter: parameter, meta: meta)
    }
    return ErrorInBothWordings(error: error(String(code)), calcinator: calcinator ?? error(nil))
  }

  private static func failed(
    _ status: String, _ title: String, _ detail: String, calcinator: ErrorDetail
  ) -> ErrorInBothWordings {
    ErrorInBothWordings(
      error: ErrorDetail(status: status, code: status, title: title, detail: detail), calcinator: calcinator)
  }

  /// Returns the error for a value that violates a constraint of the database.
  static func violation(_ message: String, member: String, pointer: String) -> ErrorInBothWordings {
    func detail(_ dash: String) -> String { member.isEmpty ? message : "\(member)\(dash) \(message)" }
    return ErrorInBothWordings(
      error: ErrorDetail(status: "422", code: "100", title: message, detail: detail(" -"), pointer: pointer),
      calcinator: ErrorDetail(title: message, detail: detail(""), pointer: pointer))
  }

  /// Returns the error for an unknown type, or for a type other than the queue's type.
  static func invalidResource(_ type: String) -> ErrorInBothWordings {
    bad(101, "Invalid resource", "\(type) is not a valid resource.")
  }

  /// Returns the error for a filter with an unknown name.
  static func filterNotAllowed(_ name: String) -> ErrorInBothWordings {
    bad(
      102, "Filter not allowed", "\(name) is not allowed.", parameter: "filter",
      calcinator: ErrorDetail(
        status: "422", title: "Unknown Filter", detail: "Unknown \(name) filter", pointer: "/filter/\(name)"))
  }

  /// Returns the error for an invalid id, such as `x` for an integer key.
  static func invalidID(_ id: JSONValue) -> ErrorInBothWordings {
    bad(103, "Invalid field value", "\(id.plain) is not a valid value for id.")
  }

  /// Returns the error for a name in `fields` that is neither an attribute nor a relationship of the type.
  static func invalidField(_ name: String, of type: String) -> ErrorInBothWordings {
    bad(104, "Invalid field", "\(name) is not a valid field for \(type).", parameter: "fields")
  }

  /// Returns the error for a member that a request must not write.
  static func notAllowed(_ name: String) -> ErrorInBothWordings {
    bad(105, "Param not allowed", "\(name) is not allowed.")
  }

  /// Returns the error for an unknown member of `page`.
  static func pageParameterNotAllowed(_ name: String) -> ErrorInBothWordings {
    bad(105, "Page parameter not allowed", "\(name) is not an allowed page parameter.", parameter: "page")
  }

  /// Returns the error for a missing required member.
  ///
  /// `parent` is the JSON pointer of the object that should contain the member. An empty pointer means the parameters.
  static func missing(_ name: String, in parent: String = "") -> ErrorInBothWordings {
    bad(
      106, "Missing Parameter", "The required parameter, \(name), is missing.",
      calcinator: ErrorDetail(
        status: "422", title: "Child missing", detail: "`\(parent)/\(name)` is missing", pointer: parent,
        meta: ["child": .string(name)]))
  }

  /// Returns the error for a filter whose value is not a string.
  static func invalidFilterValue(_ value: JSONValue, of name: String) -> ErrorInBothWordings {
    bad(107, "Invalid filter value", "\(value.plain) is not a valid value for \(name).", parameter: "filter")
  }

  /// The error for a `data` without an id.
  static let missingKey = bad(109, "A key is required", "The resource object does not contain a key.")

  /// Returns the error for a request with two different ids: `data.id`, which is the argument, and the parameter `id`.
  static func keyMismatch(_ id: String) -> ErrorInBothWordings {
    bad(110, "Key is not included in URL", "The URL does not support the key \(id)")
  }

  /// Returns the error for an unknown relationship in an include path.
  static func invalidInclude(_ name: String, of type: String, path: String) -> ErrorInBothWordings {
    bad(
      112, "Invalid field", "\(name) is not a valid relationship of \(type)", parameter: "include",
      calcinator: ErrorDetail(
        title: "Unknown relationship path", detail: "`\(path)` is an unknown relationship path", parameter: "include",
        meta: ["relationship_path": .string(path)]))
  }

  /// Returns the error for an include path with too many steps.
  static func includeTooDeep(_ path: String, maximum: Int) -> ErrorInBothWordings {
    bad(112, "Invalid field", "\(path) has more than \(maximum) steps", parameter: "include", maximum: maximum)
  }

  /// Returns the error for adding a resource that the relationship already contains.
  static func relationExists(_ id: String) -> ErrorInBothWordings {
    bad(113, "Relation exists", "The relation to \(id) already exists.")
  }

  /// Returns the error for an unknown name in `sort`.
  static func invalidSort(_ name: String, of type: String) -> ErrorInBothWordings {
    bad(
      114, "Invalid sort criteria", "\(name) is not a valid sort criteria for \(type)", parameter: "sort",
      calcinator: ErrorDetail(
        title: "Unknown attribute", detail: "Does not have `\(name)` attribute", parameter: "sort",
        meta: ["attribute": .string(name)]))
  }

  /// The error for linkage in a wrong form.
  static let invalidLinkage = bad(115, "Invalid Links Object", "Data is not a valid Links Object.")

  /// Returns the error for the linkage of a to-many relationship that is not a list.
  static func noList(_ relationship: String) -> ErrorInBothWordings {
    let wanted = "a list of identifiers is required"
    let error = ErrorDetail(
      status: "400", code: "115", title: wanted, detail: "\(relationship) is to-many: \(wanted)", pointer: "/data")
    return ErrorInBothWordings(error: error, calcinator: error)
  }

  /// Returns the error for linkage with a type other than the type of the related resources.
  static func typeMismatch(_ type: String) -> ErrorInBothWordings {
    bad(116, "Type Mismatch", "\(type) is not a valid type for this operation.")
  }

  /// Returns the error for a `page` that is not an object.
  static func invalidPage(_ page: JSONValue) -> ErrorInBothWordings {
    bad(
      117, "Invalid Page Object", "\(page.plain) is not an object with number and size.", parameter: "page",
      calcinator: .wrongType("/page", "object"))
  }

  /// Returns the error for a value of `page` that is not an integer or is too small.
  ///
  /// The minimum is 0 for `offset`, and 1 for each other value.
  static func invalidPageValue(_ value: JSONValue, of name: String) -> ErrorInBothWordings {
    bad(118, "Invalid page value", "\(value.plain) is not a valid value for \(name) page parameter.", parameter: "page")
  }

  /// Returns the error for a `page.size` or `page.limit` above the maximum.
  static func pageTooLarge(_ size: Int, maximum: Int) -> ErrorInBothWordings {
    bad(
      118, "Invalid page value", "size exceeds maximum page size of \(maximum).", parameter: "page", maximum: maximum,
      calcinator: ErrorDetail(
        status: "422", title: "Exceeds Maximum",
        detail: "Page size (\(size)) is greater than the maximum (\(maximum)).", pointer: "/page/size",
        meta: ["maximum": .number(JSONNumber(maximum))]))
  }

  /// The error for a `fields` that is not an object with types as its keys.
  static let fieldsWithoutType = bad(
    119, "Invalid field format", "Fields must specify a type.", parameter: "fields",
    calcinator: .wrongType("/fields", "object"))

  /// Returns the error for a `filter` that is not an object.
  static func filterSyntax(_ filter: JSONValue) -> ErrorInBothWordings {
    bad(
      120, "Invalid filters syntax", "\(filter.plain) is not a valid syntax for filtering.", parameter: "filter",
      calcinator: .wrongType("/filter", "object"))
  }

  /// Returns the error for a `data`, `attributes` or `relationships` that is not an object.
  static func invalidData(_ name: String) -> ErrorInBothWordings {
    bad(
      122, "Invalid data format", "\(name) is not an object.",
      calcinator: name == "data" ? .wrongType("/data", "resource") : .wrongType("/data/\(name)", "object"))
  }

  /// Returns the error for a resource that does not exist.
  static func notFound(_ id: String) -> ErrorInBothWordings {
    failed(
      "404", "Record not found", "The record identified by \(id) could not be found.",
      calcinator: ErrorDetail(status: "404", title: "Resource Not Found", parameter: "id"))
  }

  /// The error for a change of a read-only database.
  static let readOnly = failed(
    "403", "Forbidden", "The database is read-only.",
    calcinator: ErrorDetail(
      status: "403", title: "Forbidden", detail: "You do not have permission for this resource."))

  /// Returns the error for deleting a row to which other rows refer.
  static func conflict(_ detail: String) -> ErrorInBothWordings {
    failed("409", "Conflict", detail, calcinator: ErrorDetail(status: "409", title: "Conflict", detail: detail))
  }

  /// Returns the error with the status 500.
  ///
  /// The cause is a failure of SQLite, or a request on which the imitated server would fail.
  static func internalError(_ detail: String) -> ErrorInBothWordings {
    failed(
      "500", "Internal Server Error", detail, calcinator: ErrorDetail(status: "500", title: "Internal Server Error"))
  }
}

extension ErrorDetail {
  fileprivate static func wrongType(_ pointer: String, _ type: String) -> ErrorDetail {
    ErrorDetail(
      status: "422", title: "Type is wrong", detail: "`\(pointer)` type is not \(type)", pointer: pointer,
      meta: ["type": .string(type)])
  }
}

extension JSONValue {
  /// The value as text for a message: a string without quotes, any other value as JSON.
  fileprivate var plain: String { stringValue ?? text }
}
