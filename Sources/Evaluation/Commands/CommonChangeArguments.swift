import Client
import JSONText
import Values

/// What the changes of a stage have in common: the client, and the values of the options that are evaluated once.
final class CommonChangeArguments: Sendable {
  let client: ClientValue
  /// The time to wait for each reply; nil for no limit.
  let timeout: Duration?
  /// The value of `expire:`.
  let expires: Bool
  /// The parameters that `include:` and `meta:` add to each request.
  let params: JSONObject
  /// The parameters without `include`.
  let paramsWithoutDocument: JSONObject

  /// Evaluates the options.
  init(_ arguments: Arguments, _ client: ClientValue) throws(Fault) {
    self.client = client
    timeout = client.client.timeout(try arguments.waitLimit(client))
    expires = try arguments.expires()
    params = try arguments.documentOptions()
    paramsWithoutDocument = try arguments.optionsWithoutDocument()
  }
}

extension Arguments {
  /// Returns the arguments with the evaluated options that the changes of a stage have in common.
  func withCommonOptions() throws(Fault) -> Arguments {
    var arguments = self
    arguments.common = try CommonChangeArguments(self, try client())
    return arguments
  }
}
