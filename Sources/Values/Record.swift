public import JSONText
import Synchronization

/// Fields in their order: a JSON object as it was parsed, or fields that a statement made.
public struct Record: Sendable {
  /// A field's name and value.
  public typealias Field = (name: String, value: Value)

  private enum Storage: Sendable {
    case json(JSONObject)
    case fields([Field])
    /// Fields whose values are made when they are read.
    case lazy(LazyFields)
    /// Many fields, and where each name stands.
    indirect case large(Storage, NamePlaces)

    /// The fields themselves.
    var plain: Storage { if case .large(let plain, _) = self { plain } else { self } }
  }

  private let storage: Storage

  /// Creates a record of a JSON object, whose members are decoded when they are touched.
  public init(_ object: JSONObject) {
    let isLarge = object.hasMoreMembers(than: NamePlaces.threshold)
    storage = isLarge ? .large(.json(object), NamePlaces()) : .json(object)
  }

  /// Creates a record of fields with different names.
  public init(_ fields: [Field]) {
    storage = fields.count > NamePlaces.threshold ? .large(.fields(fields), NamePlaces()) : .fields(fields)
  }

  /// Creates a record whose values are made each time they are read.
  ///
  /// - Parameters:
  ///   - names: The names, which differ.
  ///   - value: Gives the value of the name in a place.
  package init(names: [String], _ value: @escaping @Sendable (Int) -> Value) {
    storage = .lazy(LazyFields(names: names, value: value))
  }

  /// The field of a name, or nil.
  public subscript(name: String) -> Value? {
    switch storage {
    case .json(let object): object[name].map { Value($0) }
    case .fields(let fields): fields.first { $0.name.isSame(as: name) }?.value
    case .lazy(let lazy): lazy.names.firstIndex { $0.isSame(as: name) }.map(lazy.value)
    case .large(_, let places): places[name, in: self]
    }
  }

  /// The names in their order.
  public var names: [String] {
    switch storage.plain {
    case .json(let object): object.keys
    case .fields(let fields): fields.map(\.name)
    case .lazy(let lazy): lazy.names
    case .large: []
    }
  }

  /// The fields in their order.
  public var fields: [Field] {
    switch storage.plain {
    case .json(let object): object.map { ($0.key, Value($0.value)) }
    case .fields(let fields): fields
    case .lazy(let lazy): lazy.names.enumerated().map { ($1, lazy.value($0)) }
    case .large: []
    }
  }

  /// The number of fields.
  public var count: Int {
    switch storage.plain {
    case .json(let object): object.count
    case .fields(let fields): fields.count
    case .lazy(let lazy): lazy.names.count
    case .large: 0
    }
  }

  /// The object it was made of, as long as nothing was changed.
  package var json: JSONObject? { if case .json(let object) = storage.plain { object } else { nil } }

  /// The record with another's fields added; where both have one, the other's counts.
  package func merging(_ other: Record) -> Record {
    var result = fields
    let added = other.fields
    var positions: [CodePoints: Int] = [:]
    let isLarge = result.count * added.count > 256
    if isLarge { for (index, field) in result.enumerated() { positions[CodePoints(field.name)] = index } }
    for field in added {
      let index = isLarge ? positions[CodePoints(field.name)] : result.firstIndex { $0.name.isSame(as: field.name) }
      if let index { result[index].value = field.value } else { result.append(field) }
    }
    return Record(result)
  }
}

/// Names, and what gives the value of each.
private final class LazyFields: Sendable {
  let names: [String]
  let value: @Sendable (Int) -> Value

  init(names: [String], value: @escaping @Sendable (Int) -> Value) {
    self.names = names
    self.value = value
  }
}

/// Where each name of a large record stands, so that a look-up takes the same time however many there are.
///
/// It is filled at the first look-up and shared by the record's copies.
private final class NamePlaces: Sendable {
  /// How many fields a record has that is searched from its beginning.
  static let threshold = 16

  private struct State {
    var places: [CodePoints: Int] = [:]
    var values: [Value] = []
    var isFilled = false
  }

  private let state = Mutex(State())

  subscript(name: String, in record: Record) -> Value? {
    state.withLock { state in
      if !state.isFilled {
        let fields = record.fields
        state.values = fields.map(\.value)
        for (index, field) in fields.enumerated() { state.places[CodePoints(field.name)] = index }
        state.isFilled = true
      }
      return state.places[CodePoints(name)].map { state.values[$0] }
    }
  }
}
