import AMQP
import Client
import JSONRPC
import Links

extension LateReplies {
  /// The function with which a connection passes on each reply for which no caller waits.
  var strayReplyHandler: Connection.EventObserver.StrayReplyHandler {
    { self.receive($1.mapError { LinkError($0) }, for: $0, strangeTo: $2) }
  }
}
