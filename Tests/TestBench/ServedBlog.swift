import AMQP
import APIServer

/// A new sample blog that serves the queues of a vhost, like `retort serve blog`.
public enum ServedBlog {
  /// Serves the blog while `body` runs, and returns the result of `body`.
  ///
  /// `names` maps a type to the name of its queue, if this name differs from the type.
  public static func serving<Result>(
    on uri: String, names: [String: String] = [:], _ body: () async throws -> Result
  ) async throws -> Result {
    let service = try ResourceService(opening: "blog")
    let connection = try await Connection.open(try AMQPURI(uri), name: "serve blog")
    for queue in service.queues {
      _ = try await connection.serve(queue: names[queue] ?? queue) { body in service.answer(queue: queue, body: body) }
    }
    do {
      let result = try await body()
      await connection.close()
      return result
    } catch {
      await connection.close()
      throw error
    }
  }
}
