import Client
import JSONAPI
import Language
import LearnedSchema
import Values

/// Suggests a name for one that a service refused, from the learned schema.
extension Arguments {
  /// The next step for an error of a service: `did you mean state?`; nil without a similar name.
  func meant(by error: ClientError) -> String? {
    guard !error.errors.isEmpty, case .client(let client) = value(0),
      let queue = client.client.observer as? QueueSchema
    else { return nil }
    queue.load()
    let settings = client.client.settings
    let resource = Shape.ResourceShape(queue: queue, type: settings.type, keys: settings.keys)
    var isMentioned = false
    for detail in error.errors {
      for name in names(detail) {
        isMentioned = true
        if let near = resource.nearest(to: name.text, in: name.place) { return "did you mean \(near)?" }
      }
    }
    return isMentioned && error.kind == .service ? "describe \(client.name) lists the known names" : nil
  }

  /// The names in the call that a service's error mentions, each with its parameter.
  private func names(_ detail: ErrorDetail) -> [(text: String, place: String)] {
    let text = [detail.detail, detail.title, detail.pointer, detail.parameter].compactMap(\.self).joined(separator: " ")
    let words = Set(text.split { " `'\"/,[]".contains($0) }.map { $0.hasSuffix(".") ? $0.dropLast() : $0 })
    var names: [(text: String, place: String)] = []
    if case .record(let filter)? = options["filter"]?.value { names += filter.names.map { ($0, "filter") } }
    for (option, place) in [("sort", "sort"), ("include", "include"), ("fields", "fields")] {
      for list in options[option]?.value.strings ?? [] {
        names += list.split(separator: ",").map { (String($0.drop { $0 == " " || $0 == "-" }), place) }
      }
    }
    for argument in positional.dropFirst() {
      if case .record(let record) = argument.value { names += record.names.map { ($0, "record") } }
    }
    if ["link", "relink", "unlink", "related", "relationship"].contains(name), case .string(let text) = value(2) {
      names.append((text, "include"))
    }
    return names.filter { name in
      words.contains(name.text[...]) || name.text.split(separator: ".").contains { words.contains($0) }
    }
  }
}

extension Shape.ResourceShape {
  /// The known name of a parameter that is most similar to a name; nil if the name itself is known.
  fileprivate func nearest(to name: String, in place: String) -> String? {
    guard place == "include" else {
      let parameter = TypeSchema.Parameter(rawValue: place)
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
