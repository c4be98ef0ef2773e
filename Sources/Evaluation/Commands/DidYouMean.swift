import Client
import JSONAPI
import Language
import LearnedSchema
import Values

/// Suggests known names in place of the names that a service refused.
///
/// The names come from the learned schema, which contains the fields and relationships of earlier replies.
extension Arguments {
  /// Returns advice such as `did you mean state?` for a service's error; nil if no known name is similar.
  func meant(by error: ClientError) -> String? {
    guard let resource = knownResource else { return nil }
    for detail in error.errors.prefix(Self.readErrors) {
      for name in names(detail) {
        let owner =
          name.type.map { InferredShape.ResourceShape(queue: resource.queue, type: $0, keys: resource.keys) }
          ?? resource
        if let near = owner.nearest(to: name.text, in: name.place) { return "did you mean \(near)?" }
      }
    }
    return nil
  }

  /// The number of a service's errors that the search for advice reads.
  static let readErrors = 100

  /// Returns advice that lists the known names, for a service's error about an unknown name; nil if no names are known.
  ///
  /// The advice is, for example, `the fields of posts are text, state`. If `include:` names a field of a relationship,
  /// the advice is to include the relationship without the field.
  func known(for error: ClientError) -> String? {
    guard let resource = knownResource else { return nil }
    for name in error.errors.prefix(Self.readErrors).flatMap(names) {
      if name.place == "include", let dot = name.text.lastIndex(of: "."),
        error.errors.contains(where: { $0.detail?.hasPrefix("\(name.text[dot...].dropFirst()) ") ?? false })
      {
        return "a relationship is included with all its fields: include: \(String(name.text[..<dot]).quoted)"
      }
      let type = name.type ?? resource.type
      let owner = InferredShape.ResourceShape(queue: resource.queue, type: type, keys: resource.keys)
      let isRelationship = ["relationship", "include"].contains(name.place)
      let all = isRelationship ? owner.schema.relationships.names.map(owner.spelled) : owner.fields.map(\.name)
      let others = all.filter { !["id", "type"].contains($0) }
      guard !others.isEmpty, !others.contains(name.text) else { continue }
      let what = isRelationship ? "relationships" : "fields"
      return
        "the \(what) of \(type) are \(others.prefix(12).joined(separator: ", "))\(others.count > 12 ? ", ..." : "")"
    }
    return nil
  }

  /// The learned schema for the type of the call's client; nil if the client learns no schema.
  var knownResource: InferredShape.ResourceShape? {
    guard case .client(let client) = value(0), let queue = client.client.observer as? QueueSchema else { return nil }
    queue.load()
    let settings = client.client.settings
    return InferredShape.ResourceShape(queue: queue, type: settings.type, keys: settings.keys)
  }

  /// A name in a call, with the argument that contains the name.
  ///
  /// `place` is the name of an option, such as `filter`. For a positional argument, it is `record` or `relationship`.
  /// `type` is the JSON:API type to which the name belongs; nil means the client's type.
  typealias MentionedName = (text: String, place: String, type: String?)

  /// Returns the names in the call that a service's error mentions.
  ///
  /// The function reads only the beginning of a long text, because a service can send megabytes.
  func names(_ detail: ErrorDetail) -> [MentionedName] {
    let texts = [detail.detail, detail.title, detail.pointer, detail.parameter].compactMap(\.self)
    let text = texts.map { $0.prefix(1_000) }.joined(separator: " ")
    let words = Set(text.split { " `'\"/,[]".contains($0) }.map { $0.hasSuffix(".") ? $0.dropLast() : $0 })
    var names: [MentionedName] = []
    if case .record(let filter)? = options["filter"]?.value {
      names += filter.names.map { name -> MentionedName in (name, "filter", nil) }
    }
    for (option, place) in [("sort", "sort"), ("include", "include"), ("fields", "fields")] {
      for list in options[option]?.value.strings ?? [] {
        names += list.split(separator: ",").map { name -> MentionedName in
          (String(name.drop { $0 == " " || $0 == "-" }), place, nil)
        }
      }
    }
    if case .record(let fields)? = options["fields"]?.value {
      for field in fields.fields {
        let all = (field.value.strings ?? []).flatMap { $0.split(separator: ",") }
        names += all.map { name -> MentionedName in (String(name.trimmingPrefix(" ")), "fields", field.name) }
      }
    }
    if isRelating, case .string(let name) = value(2) { names.append((name, "relationship", nil)) }
    for argument in positional.dropFirst() {
      if case .record(let record) = argument.value {
        names += record.names.map { name -> MentionedName in (name, "record", nil) }
      }
    }
    return names.filter { name in
      words.contains(name.text[...]) || name.text.split(separator: ".").contains { words.contains($0) }
    }
  }
}

extension InferredShape.ResourceShape {
  /// Returns the known name that is most similar to the given name; nil if no known name is similar.
  ///
  /// Also returns nil if the given name itself is known. `place` is the argument that contains the name, such as
  /// `filter`.
  fileprivate func nearest(to name: String, in place: String) -> String? {
    if place == "relationship" {
      return Language.nearest(to: name, among: schema.relationships.names.map(spelled))
    }
    guard place == "include" else {
      let parameter = TypeSchema.QueryParameter(rawValue: place)
      let refused = parameter.map { schema.names(in: $0, accepted: false).map(spelled) } ?? []
      let known = fields.map(\.name) + (parameter.map { schema.names(in: $0).map(spelled) } ?? [])
      return Language.nearest(to: name, among: known.filter { !refused.contains($0) })
    }
    var (resource, way) = (self, [String]())
    for step in name.split(separator: ".").map(String.init) {
      let known = resource.schema.relationships.names.map(spelled)
      guard let relationship = resource.relationship(step) else {
        return Language.nearest(to: step, among: known).map { (way + [$0]).joined(separator: ".") }
      }
      way.append(step)
      guard case .resource(let next) = resource.related(relationship).element else { return nil }
      resource = next
    }
    return nil
  }
}
