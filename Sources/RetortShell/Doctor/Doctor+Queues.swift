import Client
import JSONAPI
import JSONRPC
import JSONText
import Language
import LearnedSchema
import Redaction

/// The steps of the doctor on an open connection: opening a channel, checking the queues, and reading one resource.
extension Doctor {
  /// The maximum number of queues that the doctor checks.
  private static let limit = 50

  /// Runs all steps on an open connection.
  func examine(_ link: any JSONRPC.ServiceLink) async {
    let queues = queues(of: link)
    guard await channel(link, queues.first ?? "retort-doctor") else { return }
    guard !queues.isEmpty else {
      add(
        .skipped(
          .queue, "no queue of \(shownAddress ?? link.address) is known",
          "--queue NAME examines a queue and sends it a request"))
      return
    }
    var answering: String?
    for queue in queues.prefix(Self.limit) where await examine(queue, link, queues) {
      answering = answering ?? queue
    }
    if queues.count > Self.limit { add(.skipped(.queue, "\(queues.count - Self.limit) more queues")) }
    guard let answering else { return }
    await call(answering, link)
  }

  /// Returns the queues to check: first the queues of the option `--queue`, then all other known queues.
  ///
  /// An embedded service lists all its queues. A broker does not, so the doctor knows only the queues for which retort
  /// has learned a schema.
  private func queues(of link: any JSONRPC.ServiceLink) -> [String] {
    if let all = link.queues { return options.queues + all.filter { !options.queues.contains($0) } }
    let learned = schemas.queues(at: link.place)
    return options.queues + learned.filter { !options.queues.contains($0) }
  }

  private func channel(_ link: any JSONRPC.ServiceLink, _ queue: String) async -> Bool {
    let begin = ContinuousClock.now
    do throws(LinkError) {
      let transport = try await link.open(queue: queue)
      let time = ContinuousClock.now - begin
      await transport.close()
      return add(.ok(.channel, "a channel and a reply queue are open", time))
    } catch {
      let step =
        error.kind == .accessRefused
        ? "the user needs permission to declare and read a reply queue: rabbitmqctl set_permissions" : nil
      return add(.failed(.channel, error.message, step, .now - begin))
    }
  }

  /// Checks that a queue exists and has a consumer.
  ///
  /// - Returns: Whether the queue has a consumer.
  private func examine(_ queue: String, _ link: any JSONRPC.ServiceLink, _ known: [String]) async -> Bool {
    let begin = ContinuousClock.now
    let state: QueueState?
    do throws(LinkError) { state = try await link.probe(queue: queue, until: .now + .seconds(5)) } catch {
      add(
        .failed(
          .queue, "\(queue): \(error.message)", "read the broker's log, and check the user's permissions",
          .now - begin))
      return false
    }
    let time = ContinuousClock.now - begin
    guard let state else {
      addMissing(queue, time, among: known)
      return false
    }
    let waiting = "\(state.messages) message\(state.messages == 1 ? "" : "s") waiting"
    guard state.consumers > 0 else {
      add(
        .failed(
          .queue, "\(queue) has no consumer, \(waiting)",
          "start the service of the queue: without a consumer, each request waits until its timeout", time, status: 1))
      return false
    }
    let text =
      state.consumers == 1
      ? "\(queue): 1 consumer, \(waiting)"
      : "\(queue): \(state.consumers) consumers, \(waiting); all consumers must serve the same data"
    return add(.ok(.queue, text, time))
  }

  private func addMissing(_ queue: String, _ time: Duration, among known: [String]) {
    guard options.queues.contains(queue) else {
      add(
        .warning(
          .queue, "\(queue) no longer exists",
          "start the service of the queue; if the queue is no longer used, type forget at the prompt "
            + "to delete the learned fields"
        ))
      return
    }
    let near = nearest(to: queue, among: known).map { "did you mean \($0)? " } ?? ""
    let list = vhost.map { "; rabbitmqctl list_queues -p \(ShellWordQuoter.quoted($0)) lists the queues" } ?? ""
    add(.failed(.queue, "there is no queue \(queue)", near + "start the service that declares the queue" + list, time))
  }

  /// Reads one resource from the service of a queue.
  private func call(_ queue: String, _ link: any JSONRPC.ServiceLink) async {
    let schema = schemas.schema(of: queue, at: link.place)
    schema.load()
    let type = schema.types.contains(queue) ? queue : schema.types.first ?? queue
    let settings = ClientSettings(type: type, meta: [:], timeout: options.waitLimit)
    let begin = ContinuousClock.now
    let transport: any Transport
    do throws(LinkError) { transport = try await link.open(queue: queue) } catch {
      add(.failed(.call, "\(queue): \(error.message)", nil, .now - begin))
      return
    }
    let client = ResourceClient(transport: transport, settings: settings)
    var query = Query()
    query.page = Pagination.Page(number: 1, size: 1)
    do throws(ClientError) {
      _ = try await client.index(query)
      add(.ok(.call, "\(queue) answers index", .now - begin))
    } catch { add(finding(error, queue, .now - begin)) }
    await client.close()
  }

  private func finding(_ error: ClientError, _ queue: String, _ time: Duration) -> DoctorFinding {
    switch error.kind {
    case .timeout:
      .failed(
        .call, "\(queue) does not answer within \(options.timeout)",
        "the service of the queue takes requests and does not reply: read its log, or wait longer with --timeout 30s",
        time,
        status: 1)
    case .noRoute, .connection: .failed(.call, error.message, error.nextStep, time)
    case .malformed, .interrupted:
      .failed(
        .call, error.message, "the consumer of \(queue) is not a JSON:API service: check the queue's name", time,
        status: 1)
    default: .ok(.call, "\(queue) replies with an error: \(error.message)", time)
    }
  }
}
