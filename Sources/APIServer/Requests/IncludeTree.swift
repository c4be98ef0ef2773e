import JSONText

/// The relationships that a request includes, as a tree.
///
/// For the parameter `author,comments.author`, the tree has the branches `author` and `comments`. The branch `comments`
/// has the branch `author`.
struct IncludeTree: Sendable {
  /// The maximum number of steps of a path.
  static let maximumDepth = 16

  /// A relationship in the tree, with a subtree of relationships that the request includes from the related resources.
  struct IncludeBranch: Sendable {
    let relationship: Relationship
    var tree = IncludeTree()
  }

  private(set) var branches: [IncludeBranch] = []

  /// Parses the parameter `include`, a string of paths such as `author,comments.author`.
  static func parse(_ include: JSONValue?, of type: ResourceType, in schema: Schema) throws(RequestRefusal)
    -> IncludeTree
  {
    var tree = IncludeTree()
    guard let include, include != "" else { return tree }
    guard let paths = include.stringValue else {
      throw RequestRefusal(.invalidInclude(include.text, of: type.name, path: include.text))
    }
    for path in paths.split(separator: ",", omittingEmptySubsequences: false) {
      let steps = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard steps.count <= maximumDepth else {
        throw RequestRefusal(.includeTooDeep(String(path), maximum: maximumDepth))
      }
      try tree.add(steps[...], of: type, in: schema, path: String(path))
    }
    return tree
  }

  private mutating func add(
    _ steps: ArraySlice<String>, of type: ResourceType, in schema: Schema, path: String
  ) throws(RequestRefusal) {
    guard let step = steps.first else { return }
    guard let relationship = type.relationship(step), let target = schema.types[relationship.type] else {
      throw RequestRefusal(.invalidInclude(step, of: type.name, path: path))
    }
    var position = branches.firstIndex { $0.relationship.name == step }
    if position == nil {
      branches.append(IncludeBranch(relationship: relationship))
      position = branches.count - 1
    }
    guard let position else { return }
    try branches[position].tree.add(steps.dropFirst(), of: target, in: schema, path: path)
  }
}
