extension TypeSchema {
  /// Returns a schema that combines this schema with another schema of the same type.
  ///
  /// Where the two schemas contradict each other, the more recent observation wins.
  func merging(_ other: TypeSchema) -> TypeSchema {
    var result = self
    for (name, attribute) in other.attributes.entries {
      result.attributes.update(name, attribute) { $0 = $0.merging(attribute) }
    }
    for (name, relationship) in other.relationships.entries {
      result.relationships.update(name, relationship) { $0 = $0.merging(relationship) }
    }
    for (parameter, table) in other.verdicts {
      for (name, verdict) in table.entries {
        result.verdicts[parameter, default: BoundedDictionary(limit: 200)].update(name, verdict) { own in
          if verdict.seen > own.seen { own = verdict }
        }
      }
    }
    for id in other.ids where result.ids.count < Self.idLimit && !result.ids.contains(id) { result.ids.append(id) }
    return result
  }
}

extension TypeSchema.Attribute {
  fileprivate func merging(_ other: Self) -> Self {
    var result = self
    switch (isAssumed, other.isAssumed) {
    case (true, false) where !other.kinds.isEmpty: (result.kinds, result.isAssumed) = (other.kinds, false)
    case (false, true) where !kinds.isEmpty: break
    default: result.kinds.formUnion(other.kinds)
    }
    result.isNullable = isNullable || other.isNullable
    result.hasMoreValues = hasMoreValues || other.hasMoreValues
    for value in other.values { result.add(value) }
    result.seen = max(seen, other.seen)
    return result
  }
}

extension TypeSchema.Relationship {
  fileprivate func merging(_ other: Self) -> Self {
    var result = self
    for type in other.types { result.take(type: type) }
    result.isToMany = (other.seen > seen ? other.isToMany : nil) ?? isToMany ?? other.isToMany
    result.seen = max(seen, other.seen)
    return result
  }
}
