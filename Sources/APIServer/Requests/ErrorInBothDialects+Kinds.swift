import JSONAPI
import JSONText

/// The wording of every error.
///
/// Each error has the title and the code of jsonapi-resources. If Calcinator words the error differently, the error
/// also contains Calcinator's wording.
extension ErrorInBothDialects {
  private static func bad(
    _ code: Int, _ title: String, _ detail: String, parameter: String? = nil, maximum: Int? = nil,
    calcinator: ErrorDetail? = nil
  ) -> ErrorInBothDialects {
    let meta: JSONObject? = maximum.map { ["maximum": .number(JSONNumber($0))] }
    func error(_ code: String?) -> ErrorDetail {
      ErrorDetail(status: "400", code: code, title: title, detail: detail, parameter: parameter, meta: meta)
    }
    return ErrorInBothDialects(error: error(String(code)), calcinator: calcinator ?? error(nil))
  }

  private static func failed(
    _ status: String, _ title: String, _ detail: String, calcinator: ErrorDetail
  ) -> ErrorInBothDialects {
    ErrorInBothDialects(
      error: ErrorDetail(status: status, code: status, title: title, detail: detail), calcinator: calcinator)
  }

  /// Returns the error that a value violates a constraint of the database.
  static func violation(_ message: String, member: String, pointer: String) -> ErrorInBothDialects {
    func detail(_ dash: String) -> String { member.isEmpty ? message : "\(member)\(dash) \(message)" }
    return ErrorInBothDialects(
      error: ErrorDetail(status: "422", code: "100", title: message, detail: detail(" -"), pointer: pointer),
      calcinator: ErrorDetail(title: message, detail: detail(""), pointer: pointer))
  }

  /// Returns the error that a type is unknown, or is not the type of the queue.
  static func invalidResource(_ type: String) -> ErrorInBothDialects {
    bad(101, "Invalid resource", "\(type) is not a valid resource.")
  }

  /// Returns the error that a filter has an unknown name.
  static func filterNotAllowed(_ name: String) -> ErrorInBothDialects {
    bad(
      102, "Filter not allowed", "\(name) is not allowed.", parameter: "filter",
      calcinator: ErrorDetail(
        status: "422", title: "Unknown Filter", detail: "Unknown \(name) filter", pointer: "/filter/\(name)"))
  }

  /// Returns the error that an id has a form that no row can have.
  static func invalidID(_ id: JSONValue) -> ErrorInBothDialects {
    bad(103, "Invalid field value", "\(id.plain) is not a valid value for id.")
  }

  /// Returns the error that a sparse fieldset names a member that the type does not have.
  static func invalidField(_ name: String, of type: String) -> ErrorInBothDialects {
    bad(104, "Invalid field", "\(name) is not a valid field for \(type).", parameter: "fields")
  }

  /// Returns the error that a request writes a member that can't be written.
  static func notAllowed(_ name: String) -> ErrorInBothDialects {
    bad(105, "Param not allowed", "\(name) is not allowed.")
  }

  /// Returns the error that `page` has an unknown member.
  static func pageParameterNotAllowed(_ name: String) -> ErrorInBothDialects {
    bad(105, "Page parameter not allowed", "\(name) is not an allowed page parameter.", parameter: "page")
  }

  /// Returns the error that a required member is missing.
  ///
  /// `parent` is the JSON pointer of the object that should contain the member. An empty pointer means the parameters.
  static func missing(_ name: String, in parent: String = "") -> ErrorInBothDialects {
    bad(
      106, "Missing Parameter", "The required parameter, \(name), is missing.",
      calcinator: ErrorDetail(
        status: "422", title: "Child missing", detail: "`\(parent)/\(name)` is missing", pointer: parent,
        meta: ["child": .string(name)]))
  }

  /// Returns the error that the value of a filter is not a string.
  static func invalidFilterValue(_ value: JSONValue, of name: String) -> ErrorInBothDialects {
    bad(107, "Invalid filter value", "\(value.plain) is not a valid value for \(name).", parameter: "filter")
  }

  /// The error that `data` has no id.
  static let missingKey = bad(109, "A key is required", "The resource object does not contain a key.")

  /// Returns the error that `data.id` differs from `id`.
  static func keyMismatch(_ id: String) -> ErrorInBothDialects {
    bad(110, "Key is not included in URL", "The URL does not support the key \(id)")
  }

  /// Returns the error that an include path contains an unknown relationship.
  static func invalidInclude(_ name: String, of type: String, path: String) -> ErrorInBothDialects {
    bad(
      112, "Invalid field", "\(name) is not a valid relationship of \(type)", parameter: "include",
      calcinator: ErrorDetail(
        title: "Unknown relationship path", detail: "`\(path)` is an unknown relationship path", parameter: "include",
        meta: ["relationship_path": .string(path)]))
  }

  /// Returns the error that an include path has too many steps.
  static func includeTooDeep(_ path: String, maximum: Int) -> ErrorInBothDialects {
    bad(112, "Invalid field", "\(path) has more than \(maximum) steps", parameter: "include", maximum: maximum)
  }

  /// Returns the error that a relationship already contains a resource that a request adds.
  static func relationExists(_ id: String) -> ErrorInBothDialects {
    bad(113, "Relation exists", "The relation to \(id) already exists.")
  }

  /// Returns the error that `sort` contains an unknown name.
  static func invalidSort(_ name: String, of type: String) -> ErrorInBothDialects {
    bad(
      114, "Invalid sort criteria", "\(name) is not a valid sort criteria for \(type)", parameter: "sort",
      calcinator: ErrorDetail(
        title: "Unknown attribute", detail: "Does not have `\(name)` attribute", parameter: "sort",
        meta: ["attribute": .string(name)]))
  }

  /// The error that linkage has the wrong form.
  static let invalidLinkage = bad(115, "Invalid Links Object", "Data is not a valid Links Object.")

  /// Returns the error that the linkage of a to-many relationship is not a list.
  static func noList(_ relationship: String) -> ErrorInBothDialects {
    let wanted = "a list of identifiers is required"
    let error = ErrorDetail(
      status: "400", code: "115", title: wanted, detail: "\(relationship) is to-many: \(wanted)", pointer: "/data")
    return ErrorInBothDialects(error: error, calcinator: error)
  }

  /// Returns the error that the type in the linkage is not the type of the related resources.
  static func typeMismatch(_ type: String) -> ErrorInBothDialects {
    bad(116, "Type Mismatch", "\(type) is not a valid type for this operation.")
  }

  /// Returns the error that `page` is not an object.
  static func invalidPage(_ page: JSONValue) -> ErrorInBothDialects {
    bad(
      117, "Invalid Page Object", "\(page.plain) is not an object with number and size.", parameter: "page",
      calcinator: .wrongType("/page", "object"))
  }

  /// Returns the error that a value of `page` is out of range.
  ///
  /// `offset` must be an integer and at least 0. Each other value must be an integer and at least 1.
  static func invalidPageValue(_ value: JSONValue, of name: String) -> ErrorInBothDialects {
    bad(118, "Invalid page value", "\(value.plain) is not a valid value for \(name) page parameter.", parameter: "page")
  }

  /// Returns the error that `page.size` or `page.limit` exceeds the maximum.
  static func pageTooLarge(_ size: Int, maximum: Int) -> ErrorInBothDialects {
    bad(
      118, "Invalid page value", "size exceeds maximum page size of \(maximum).", parameter: "page", maximum: maximum,
      calcinator: ErrorDetail(
        status: "422", title: "Exceeds Maximum",
        detail: "Page size (\(size)) is greater than the maximum (\(maximum)).", pointer: "/page/size",
        meta: ["maximum": .number(JSONNumber(maximum))]))
  }

  /// The error that `fields` is not an object whose members are named after types.
  static let fieldsWithoutType = bad(
    119, "Invalid field format", "Fields must specify a type.", parameter: "fields",
    calcinator: .wrongType("/fields", "object"))

  /// Returns the error that `filter` is not an object.
  static func filterSyntax(_ filter: JSONValue) -> ErrorInBothDialects {
    bad(
      120, "Invalid filters syntax", "\(filter.plain) is not a valid syntax for filtering.", parameter: "filter",
      calcinator: .wrongType("/filter", "object"))
  }

  /// Returns the error that `data`, `attributes` or `relationships` is not an object.
  static func invalidData(_ name: String) -> ErrorInBothDialects {
    bad(
      122, "Invalid data format", "\(name) is not an object.",
      calcinator: name == "data" ? .wrongType("/data", "resource") : .wrongType("/data/\(name)", "object"))
  }

  /// Returns the error that a resource does not exist.
  static func notFound(_ id: String) -> ErrorInBothDialects {
    failed(
      "404", "Record not found", "The record identified by \(id) could not be found.",
      calcinator: ErrorDetail(status: "404", title: "Resource Not Found", parameter: "id"))
  }

  /// The error that a request changes a read-only database.
  static let readOnly = failed(
    "403", "Forbidden", "The database is read-only.",
    calcinator: ErrorDetail(
      status: "403", title: "Forbidden", detail: "You do not have permission for this resource."))

  /// Returns the error that a row can't be deleted, because other rows refer to it.
  static func conflict(_ detail: String) -> ErrorInBothDialects {
    failed("409", "Conflict", detail, calcinator: ErrorDetail(status: "409", title: "Conflict", detail: detail))
  }

  /// Returns the error with the status 500.
  ///
  /// The cause is a failure of SQLite, or a request on which the imitated server would fail.
  static func internalError(_ detail: String) -> ErrorInBothDialects {
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
