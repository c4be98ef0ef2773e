import JSONText
import Language
import Values
import Formats

extension BuiltInFunction {
  static let collections: [BuiltInFunction] = [
    BuiltInFunction(
      "length(value)",
      "The number of code points in a text, of elements in a list, or of fields in a record.",
      takes: 1...1,
      #"length("été")"#, "3"
    ) {
      values, run throws(Fault) in
      let count: Int
      switch values[0] {
      case .string(let text): count = text.unicodeScalars.count
      case .list(let elements): count = elements.count
      case .page(let page):
        run.session.noteNextPage(page.hasNext)
        count = page.items.count
      case .record(let record): count = record.count
      case .range(let lower, let upper): count = max(0, upper - lower + 1)
      case .stream: throw Fault(.type, "a stream has no length", nextStep: "count the elements: (.field | count)")
      case .number, .bool:
        throw Fault(
          .type, "\(values[0].typeWithArticle) has no length",
          nextStep: "for the length of the text, write length(string(.field))")
      case .null: throw Fault(.type, "null has no length", nextStep: "to replace null, write length(.field ?? [])")
      default: throw Fault(.type, "\(values[0].typeWithArticle) has no length")
      }
      return .number(JSONNumber(count))
    },
    BuiltInFunction(
      "keys(record)",
      "The list of the names of the fields in a record.", takes: 1...1, "keys({a: 1, b: 2})", "\"a\"\n\"b\""
    ) {
      values throws(Fault) in
      .list(try fields(values, "keys").map { .string($0.name) })
    },
    BuiltInFunction(
      "values(record)",
      "The list of the values of the fields in a record.", takes: 1...1, "values({a: 1, b: 2})", "1\n2"
    ) {
      values throws(Fault) in
      .list(try fields(values, "values").map(\.value))
    },
  ]

  private static func fields(_ values: [Value], _ name: String) throws(Fault) -> [Record.Field] {
    switch values[0] {
    case .record(let record): return record.fields
    case .resource(let resource): return resource.flat().fields
    default: throw Fault(.type, "\(name) needs a record, not \(values[0].typeWithArticle)")
    }
  }
}
