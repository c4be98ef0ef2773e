public import JSONText

/// A request that is ready to be sent: what a dry run shows and a journal hashes.
public struct PreparedRequest: Sendable, Equatable {
  /// The method.
  public var method: String
  /// The parameters as they go out.
  public var params: JSONObject
  /// Whether it changes something, so that without a reply its outcome is unknown.
  public var changes: Bool
  /// From a pointer into the document to the way there in the record it was made of.
  public var pointers: [String: [String]]

  /// Creates a request.
  public init(method: String, params: JSONObject, changes: Bool, pointers: [String: [String]] = [:]) {
    self.method = method
    self.params = params
    self.changes = changes
    self.pointers = pointers
  }
}
