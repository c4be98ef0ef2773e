extension String {
  /// The text without white space at its start and at its end.
  var trimmed: String {
    let scalars = unicodeScalars.drop { $0.properties.isWhitespace }
    var end = scalars.endIndex
    while end > scalars.startIndex, scalars[scalars.index(before: end)].properties.isWhitespace {
      end = scalars.index(before: end)
    }
    return String(scalars[..<end])
  }
}
