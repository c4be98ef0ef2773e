public import JSONText
import Synchronization

/// A record of the language: fields with names and values, in order.
///
/// A record comes from a parsed JSON object or from an expression of a script.
public struct Record: Sendable {
  /// A field's name and value.
  public typealias Field = (name: String, value: Value)

  private enum Storage: Sendable {
    case json(JSONObject)
    case fields([Field])
    /// Fields whose values a function computes at each read.
    case lazy(ComputedFields)
    /// More than 16 fields, with an index that finds a field by its name.
    indirect case large(Storage, LargeRecordIndex)

    /// The storage without the index of names.
    var plain: Storage { if case .large(let plain, _) = self { plain } else { self } }
  }

  private let storage: Storage

  /// Creates a record from a JSON object.
  ///
  /// The record decodes a member when a caller reads it.
  public init(_ object: JSONObject) {
    let isLarge = object.hasMoreMembers(than: LargeRecordIndex.threshold)
    storage = isLarge ? .large(.json(object), LargeRecordIndex()) : .json(object)
  }

  /// Creates a record from fields, whose names must all be different.
  public init(_ fields: [Field]) {
    storage = fields.count > LargeRecordIndex.threshold ? .large(.fields(fields), LargeRecordIndex()) : .fields(fields)
  }

  /// Creates a record that computes a value each time a caller reads it.
  ///
  /// - Parameters:
  ///   - names: The names of the fields, without duplicates.
  ///   - levels: The number of nested levels of lists and records: 1 if no value is a list or a record.
  ///   - value: Returns the value of a field; the argument is the index of the field's name in `names`.
  package init(names: [String], levels: Int, _ value: @escaping @Sendable (Int) -> Value) {
    storage = .lazy(ComputedFields(names: names, levels: levels, value: value))
  }

  /// The value of the field with a name; nil if the field is missing.
  public subscript(name: String) -> Value? {
    switch storage {
    case .json(let object): object[name].map { Value($0) }
    case .fields(let fields): fields.first { $0.name.isSame(as: name) }?.value
    case .lazy(let lazy): lazy.names.firstIndex { $0.isSame(as: name) }.map(lazy.value)
    case .large(_, let places): places[name, in: self]
    }
  }

  /// The names of the fields, in order.
  public var names: [String] {
    switch storage.plain {
    case .json(let object): object.keys
    case .fields(let fields): fields.map(\.name)
    case .lazy(let lazy): lazy.names
    case .large: []
    }
  }

  /// The fields in order.
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

  /// The JSON object from which the record was created; nil if it was created from fields.
  package var json: JSONObject? { if case .json(let object) = storage.plain { object } else { nil } }

  /// The fields of a record that stores values; nil for other records.
  ///
  /// Other records decode or compute their values at each read.
  package var madeFields: [Field]? { if case .fields(let fields) = storage.plain { fields } else { nil } }

  /// The number of nested levels of a record that computes its values at each read; nil for other records.
  var computedLevels: Int? { if case .lazy(let lazy) = storage { lazy.levels } else { nil } }

  /// Returns a record with the fields of both records.
  ///
  /// If both records have a field with the same name, the value is that of `other`.
  package func merging(_ other: Record) -> Record {
    var result = fields
    let added = other.fields
    var positions: [CodePointComparedString: Int] = [:]
    let isLarge = result.count * added.count > 256
    if isLarge { for (index, field) in result.enumerated() { positions[CodePointComparedString(field.name)] = index } }
    for field in added {
      let index =
        isLarge ? positions[CodePointComparedString(field.name)] : result.firstIndex { $0.name.isSame(as: field.name) }
      if let index { result[index].value = field.value } else { result.append(field) }
    }
    return Record(result)
  }
}

extension Value {
  /// Creates a record from the fields of a literal, or a resource if the fields are those of a resource.
  ///
  /// The rule is the same as for JSON: a resource has `type`, and `attributes` or `relationships`. So a literal and the
  /// JSON text with the same content have the same value.
  package init(literal fields: [Record.Field]) {
    self = .record(Record(fields))
    let isSimilar =
      fields.contains { $0.name == "type" }
      && fields.contains { $0.name == "attributes" || $0.name == "relationships" }
    if isSimilar, let object = try? json().objectValue, let found = ResourceValue(found: object) {
      self = .resource(found)
    }
  }
}

/// The names of fields, and a function that computes their values.
///
/// The argument of the function is the index of the field's name.
private final class ComputedFields: Sendable {
  let names: [String]
  let levels: Int
  let value: @Sendable (Int) -> Value

  init(names: [String], levels: Int, value: @escaping @Sendable (Int) -> Value) {
    self.names = names
    self.levels = levels
    self.value = value
  }
}

/// An index that finds a field of a large record by its name in constant time.
///
/// The first look-up fills the index, and all copies of the record share it.
private final class LargeRecordIndex: Sendable {
  /// The number of fields up to which a record has no index, because a linear search is fast.
  static let threshold = 16

  private struct IndexedFields {
    var places: [CodePointComparedString: Int] = [:]
    var values: [Value] = []
    var isFilled = false
  }

  private let state = Mutex(IndexedFields())

  subscript(name: String, in record: Record) -> Value? {
    state.withLock { state in
      if !state.isFilled {
        let fields = record.fields
        state.values = fields.map(\.value)
        for (index, field) in fields.enumerated() { state.places[CodePointComparedString(field.name)] = index }
        state.isFilled = true
      }
      return state.places[CodePointComparedString(name)].map { state.values[$0] }
    }
  }
}
