import AMQP
import Bulk
import Client
import Evaluation
import JSONRPC
import Links
import JSONText
import Workers

/// An error in the settings of a pool of workers, with the next step for the user.
struct PoolSettingsError: Error {
  var message: String
  var nextStep: String

  init(_ message: String, nextStep: String) { (self.message, self.nextStep) = (message, nextStep) }
}

/// Returns the secret of a pool of workers from the environment; nil if the environment contains no secret.
func poolKey(_ environment: [String: String]) throws(PoolSettingsError) -> MessageAuthenticationKey? {
  guard let secret = environment[WorkerPool.keyVariable] else { return nil }
  if secret.isEmpty {
    throw PoolSettingsError(
      "\(WorkerPool.keyVariable) is empty",
      nextStep:
        "set \(WorkerPool.keyVariable) to the secret of the pool's workers; if they run with --insecure, unset it")
  }
  guard let key = MessageAuthenticationKey(Array(secret.utf8)) else {
    throw PoolSettingsError(
      "\(WorkerPool.keyVariable) has fewer than \(MessageAuthenticationKey.least) bytes",
      nextStep: "make a secret: openssl rand -hex 32")
  }
  return key
}

/// Returns the secret members that a worker adds to the `meta` of a change.
///
/// The client that sends the change to the pool writes only the names of the members. The worker reads their values
/// from its environment variable `RETORT_POOL_META`.
func poolMeta(_ environment: [String: String]) throws(PoolSettingsError) -> JSONObject {
  guard let text = environment["RETORT_POOL_META"], !text.isEmpty else { return [:] }
  guard let meta = (try? JSONValue(parsing: text))?.objectValue else {
    throw PoolSettingsError(
      "RETORT_POOL_META is not a JSON object", nextStep: "RETORT_POOL_META='{\"token\": \"...\"}'")
  }
  return meta
}

/// Opens a pool of workers for a statement, on the connection of the client that the statement uses.
func openPool(_ request: PooledStatementSettings, _ environment: [String: String]) async throws(ClientError)
  -> any ChangeCarrier
{
  guard let link = request.link as? BrokerLink else {
    throw ClientError(
      .value, "the option workers: needs a connection to a broker, not \(request.link.address)",
      nextStep: "connect to a broker: connect \"amqp://guest:guest@localhost/\"; or remove the option workers:")
  }
  let key: MessageAuthenticationKey?
  do throws(PoolSettingsError) { key = try poolKey(environment) } catch {
    throw ClientError(.value, error.message, nextStep: error.nextStep)
  }
  var limits = PoolCarrier.PoolCarrierSettings(queue: request.queue)
  switch request.halt {
  case .count(let count)?: limits.failures = count
  case .share(let share)?: limits.share = share
  case nil: break
  }
  (limits.keyField, limits.settle, limits.givesResults) = (request.keyField, request.settle, request.givesResults)
  (limits.lateReplies, limits.renamed, limits.isPaused) = (request.lateReplies, request.renamed, request.isPaused)
  limits.note = request.note
  return try await PoolCarrier.open(WorkerPool(name: request.name, vhost: link.vhost, key: key), on: link, limits)
}
