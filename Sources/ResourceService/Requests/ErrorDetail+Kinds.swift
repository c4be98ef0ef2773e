import JSONAPI
import JSONText

/// The wording of every error, in the titles and codes of jsonapi-resources; a query parameter is its `source`.
extension ErrorDetail {
  private static func bad(
    _ code: Int, _ title: String, _ detail: String, status: String = "400", parameter: String? = nil,
    maximum: Int? = nil
  ) -> ErrorDetail {
    ErrorDetail(
      status: status, code: String(code), title: title, detail: detail, parameter: parameter,
      meta: maximum.map { ["maximum": .number(JSONNumber($0))] })
  }

  private static func failed(_ status: Int, _ title: String, _ detail: String) -> ErrorDetail {
    ErrorDetail(status: String(status), code: String(status), title: title, detail: detail)
  }

  /// A value breaks a rule of the database.
  static func violation(_ message: String, member: String, pointer: String) -> ErrorDetail {
    let detail = member.isEmpty ? message : "\(member) - \(message)"
    return ErrorDetail(status: "422", code: "100", title: message, detail: detail, pointer: pointer)
  }

  /// A type is not served, or is another than the queue's.
  static func invalidResource(_ type: String) -> ErrorDetail {
    bad(101, "Invalid resource", "\(type) is not a valid resource.")
  }

  /// Nothing of that name can be filtered by.
  static func filterNotAllowed(_ name: String) -> ErrorDetail {
    bad(102, "Filter not allowed", "\(name) is not allowed.", parameter: "filter")
  }

  /// An id that no row can have.
  static func invalidID(_ id: JSONValue) -> ErrorDetail {
    bad(103, "Invalid field value", "\(id.plain) is not a valid value for id.")
  }

  /// A sparse fieldset names what the type has not.
  static func invalidField(_ name: String, of type: String) -> ErrorDetail {
    bad(104, "Invalid field", "\(name) is not a valid field for \(type).", parameter: "fields")
  }

  /// A member that can't be written.
  static func notAllowed(_ name: String) -> ErrorDetail {
    bad(105, "Param not allowed", "\(name) is not allowed.")
  }

  /// A member of `page` that there is not.
  static func pageParameterNotAllowed(_ name: String) -> ErrorDetail {
    bad(105, "Page parameter not allowed", "\(name) is not an allowed page parameter.", parameter: "page")
  }

  /// A parameter that is needed and absent.
  static func missing(_ name: String) -> ErrorDetail {
    bad(106, "Missing Parameter", "The required parameter, \(name), is missing.")
  }

  /// A filter's value is no string.
  static func invalidFilterValue(_ value: JSONValue, of name: String) -> ErrorDetail {
    bad(107, "Invalid filter value", "\(value.plain) is not a valid value for \(name).", parameter: "filter")
  }

  /// `data.id` is another than `id`.
  static func keyMismatch(_ id: String) -> ErrorDetail {
    bad(110, "Key is not included in URL", "The URL does not support the key \(id)")
  }

  /// An include path goes where no relationship does.
  static func invalidInclude(_ name: String, of type: String) -> ErrorDetail {
    bad(112, "Invalid field", "\(name) is not a valid relationship of \(type)", parameter: "include")
  }

  /// An include path has more steps than are followed.
  static func includeTooDeep(_ path: String, maximum: Int) -> ErrorDetail {
    bad(112, "Invalid field", "\(path) has more than \(maximum) steps", parameter: "include", maximum: maximum)
  }

  /// Nothing of that name can be sorted by.
  static func invalidSort(_ name: String, of type: String) -> ErrorDetail {
    bad(114, "Invalid sort criteria", "\(name) is not a valid sort criteria for \(type)", parameter: "sort")
  }

  /// A relationship's linkage has the wrong form.
  static let invalidLinkage = bad(115, "Invalid Links Object", "Data is not a valid Links Object.")

  /// A relationship's linkage is of another type.
  static func typeMismatch(_ type: String) -> ErrorDetail {
    bad(116, "Type Mismatch", "\(type) is not a valid type for this operation.")
  }

  /// `page` is no object.
  static func invalidPage(_ page: JSONValue) -> ErrorDetail {
    bad(117, "Invalid Page Object", "\(page.plain) is not an object with number and size.", parameter: "page")
  }

  /// `page.number` or `page.size` is no integer from 1.
  static func invalidPageValue(_ value: JSONValue, of name: String) -> ErrorDetail {
    bad(118, "Invalid page value", "\(value.plain) is not a valid value for \(name) page parameter.", parameter: "page")
  }

  /// `page.size` is over the maximum.
  static func pageTooLarge(maximum: Int) -> ErrorDetail {
    bad(
      118, "Invalid page value", "size exceeds maximum page size of \(maximum).", status: "422", parameter: "page",
      maximum: maximum)
  }

  /// `fields` is no object of types.
  static let fieldsWithoutType = bad(119, "Invalid field format", "Fields must specify a type.", parameter: "fields")

  /// `filter` is no object.
  static func filterSyntax(_ filter: JSONValue) -> ErrorDetail {
    bad(120, "Invalid filters syntax", "\(filter.plain) is not a valid syntax for filtering.", parameter: "filter")
  }

  /// `data` is no resource.
  static func invalidData(_ name: String) -> ErrorDetail {
    bad(122, "Invalid data format", "\(name) is not an object.")
  }

  /// There is no such row.
  static func notFound(_ id: String) -> ErrorDetail {
    failed(404, "Record not found", "The record identified by \(id) could not be found.")
  }

  /// The database may not be written.
  static let readOnly = failed(403, "Forbidden", "The database is read-only.")

  /// A row can't be deleted because others refer to it.
  static func conflict(_ detail: String) -> ErrorDetail { failed(409, "Conflict", detail) }

  /// SQLite failed.
  static func internalError(_ detail: String) -> ErrorDetail { failed(500, "Internal Server Error", detail) }
}

extension JSONValue {
  /// The value in a sentence: a string as it is, anything else as JSON.
  fileprivate var plain: String { stringValue ?? text }
}
