import JSONAPI

/// Finds the names that the service refused in a request, such as the name of an unknown filter.
///
/// In an error of jsonapi-resources, the source or the code shows the parameter. An error of Calcinator points to the
/// filter (WireProtocol.md, "Error documents"). In both cases, the text of the error contains the name.
enum RefusedNameFinder {
  typealias RequestedName = (parameter: TypeSchema.QueryParameter, name: String)

  /// Returns the requested names that the service refused.
  static func all(in errors: [ErrorDetail], _ asked: [RequestedName]) -> [RequestedName] {
    guard !asked.isEmpty else { return [] }
    return errors.flatMap { error in
      guard let parameter = parameter(of: error) else { return [RequestedName]() }
      let names = asked.filter { $0.parameter == parameter }
      let named = names.filter { isNamed($0.name, in: error) }
      return named.isEmpty && names.count == 1 && error.detail == nil ? names : named
    }
  }

  private static func parameter(of error: ErrorDetail) -> TypeSchema.QueryParameter? {
    let place = error.parameter ?? error.pointer?.split(separator: "/").first.map(String.init)
    if let place { return TypeSchema.QueryParameter(rawValue: String(place.prefix { $0 != "[" })) }
    switch error.code {
    case "102": return .filter
    case "112": return .include
    case "114": return .sort
    default: return nil
    }
  }

  /// Whether an error's text or pointer contains a name as a whole word.
  ///
  /// For a path such as `author.name`, it is enough that the error contains one part of the path.
  private static func isNamed(_ name: String, in error: ErrorDetail) -> Bool {
    let text = [error.detail, error.title, error.pointer, error.parameter].compactMap(\.self).joined(separator: " ")
    let words = text.split { " `'\"/,[]".contains($0) }.map { $0.hasSuffix(".") ? $0.dropLast() : $0 }
    return words.contains { $0 == name }
      || name.contains(".") && name.split(separator: ".").contains { words.contains($0) }
  }
}
