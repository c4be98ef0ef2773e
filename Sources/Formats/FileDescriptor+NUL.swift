import JSONText
package import Values

extension FileDescriptor {
  /// Throws a `file` error for a path with a NUL.
  ///
  /// The system reads a path only up to the first NUL, so such a path would name another file.
  package static func checkNUL(_ path: String) throws(Fault) {
    guard path.containsNUL else { return }
    throw Fault(.file, "the path \(path.quoted) contains a NUL", nextStep: "remove the NUL from the path")
  }
}
