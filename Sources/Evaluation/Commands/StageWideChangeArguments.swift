import Client
import JSONText
import Values

/// The client and the option values that all changes of a stage share.
///
/// The stage evaluates these options once, and not for each element.
final class StageWideChangeArguments: Sendable {
  let client: ClientValue
  /// The maximum time to wait for each reply; nil means no limit.
  let timeout: Duration?
  /// Whether the broker drops a request after its timeout (the option `expire:`).
  let expires: Bool
  /// The JSON-RPC parameters that the options `include:` and `meta:` add to each request.
  let params: JSONObject
  /// The parameters in ``params`` without `include`, for requests whose replies contain no document.
  let paramsWithoutDocument: JSONObject

  init(_ arguments: Arguments, _ client: ClientValue) throws(Fault) {
    self.client = client
    timeout = client.client.timeout(try arguments.waitLimit(client))
    expires = try arguments.expires()
    params = try arguments.documentOptions()
    paramsWithoutDocument = try arguments.optionsWithoutDocument()
  }
}

extension Arguments {
  /// Returns a copy of the arguments with the evaluated options that the changes of a stage share.
  func withCommonOptions() throws(Fault) -> Arguments {
    var arguments = self
    arguments.common = try StageWideChangeArguments(self, try client())
    return arguments
  }
}
