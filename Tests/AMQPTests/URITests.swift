import AMQP
import Testing

/// Tests of the parts of an AMQP URI, and of the errors for invalid URIs.
@Suite struct URITests {
  @Test(arguments: [
    ("amqp://", "localhost", 5672, "guest", "guest", "/"),
    ("amqp://localhost", "localhost", 5672, "guest", "guest", "/"),
    ("amqp://localhost/", "localhost", 5672, "guest", "guest", "/"),
    ("amqp://bea:s3cret@broker.example:5673/shop", "broker.example", 5673, "bea", "s3cret", "shop"),
    ("amqp://bea:p%40ss%2Fw%23rd@h/%2f", "h", 5672, "bea", "p@ss/w#rd", "/"),
    ("amqp://bea@h", "h", 5672, "bea", "", "/"),
    ("amqp://[::1]:5673/a%20b", "::1", 5673, "guest", "guest", "a b"),
    ("amqps://h", "h", 5671, "guest", "guest", "/"),
    ("AMQP://bea:a@h", "h", 5672, "bea", "a", "/"), ("Amqps://h", "h", 5671, "guest", "guest", "/"),
    ("amqps://bea:a@h?cacertfile=/a@b&heartbeat=2", "h", 5671, "bea", "a", "/"),
    ("amqps://h:5671/v?cacertfile=/a@b", "h", 5671, "guest", "guest", "v"),
    ("amqp://bea:a@/v", "localhost", 5672, "bea", "a", "v"),
    ("amqp://h?heartbeat=2", "h", 5672, "guest", "guest", "/"),
  ]) func hasParts(_ text: String, host: String, port: Int, user: String, password: String, vhost: String) throws {
    let uri = try AMQPURI(text)
    #expect((uri.host, uri.port, uri.user) == (host, port, user))
    #expect((uri.password, uri.vhost) == (password, vhost))
  }

  @Test func parametersAreRead() throws {
    let uri = try AMQPURI("amqp://h/?heartbeat=2&connection_timeout=750&frame_max=8192")
    #expect((uri.heartbeat, uri.timeout, uri.frameMax) == (2, 750, 8192))
  }

  @Test(arguments: [
    ("http://h", "a broker's URI must begin with amqp:// or amqps://"),
    (
      "amqp://bea:p@ss@h:5673/shop",
      "the password contains @, which a URI does not allow; write %40 instead: amqp://bea:***@h:5673/shop"
    ),
    ("amqp://bea:p/ss@h", "the password contains /, which a URI does not allow; write %2f instead: amqp://bea:***@h"),
    ("amqp://bea:p?ss@h", "the password contains ?, which a URI does not allow; write %3f instead: amqp://bea:***@h"),
    ("amqp://bea:p#ss@h", "the password contains #, which a URI does not allow; write %23 instead: amqp://bea:***@h"),
    (
      "amqp://bea:p?s=s@h/", "the password contains ?, which a URI does not allow; write %3f instead: amqp://bea:***@h/"
    ),
    (
      "amqp://bea:p?heartbeat=1@h",
      "the password contains ?, which a URI does not allow; write %3f instead: amqp://bea:***@h"
    ),
    (
      "amqp://bea:p@s?s=s@h/",
      "the password contains @, which a URI does not allow; write %40 instead: amqp://bea:***@h/"
    ),
    (
      "amqps://bea@b:p@h?cacertfile=/a@b",
      "the user contains @, which a URI does not allow; write %40 instead: amqps://bea%40b:***@h"
    ),
    ("amqp://b/ea@h", "the user contains /, which a URI does not allow; write %2f instead: amqp://b%2fea@h"),
    ("amqp:bea:s3cret@h", "a broker's URI must begin with amqp:// or amqps://"),
    ("amqp://bea:s3c ret@h", "a URI can't contain spaces or line ends: write a space in a name or password as %20"),
    ("amqp://h\n", "a URI can't contain spaces or line ends: write a space in a name or password as %20"),
    ("amqp://bea:s3c%zzret@h", "write a % in the password as %25"),
    ("amqp://bea:s3c%+fret@h", "write a % in the password as %25"),
    ("amqp://bea:s3c%-0ret@h", "write a % in the password as %25"),
    ("amqp://h?heartbeat=+5", "heartbeat needs a number: heartbeat=30"),
    ("amqp://h:0", noPort(after: "h")),
    ("amqp://h:+1", noPort(after: "h")),
    ("amqp://bea:s3c?r=et", noPort(after: "bea")),
    ("amqp://bea:100%@h", "write a % in the password as %25"),
    ("amqp://h:port", noPort(after: "h")),
    ("amqp://h:70000", noPort(after: "h")),
    (
      "amqp://h?heartbeat=soon",
      "heartbeat needs a number: heartbeat=30"
    ),
    (
      "amqp://h?heartbeet=2",
      "unknown parameter heartbeet; did you mean heartbeat?"
    ),
    ("amqp://h?cacertfile=/x", "cacertfile is for amqps:// only"),
    (
      "amqps://h?keyfile=/x", "keyfile= needs certfile= too: certfile= names the certificate that belongs to the key"
    ),
    ("amqps://h?verify=maybe", "verify must be verify_peer or verify_none, not maybe"),
    (
      "amqp://h?frame_max=1",
      "frame_max=1 is out of range: frame_max takes a number from 4096 to 134217728"
    ),
  ]) func anInvalidURIIsRefused(_ text: String, message: String) {
    #expect(throws: AMQPClientError(.address, message)) { try AMQPURI(text) }
  }

  @Test(arguments: ["amqp://bea:s3cret@h:5673/a%2Fb", "amqp://bea:s3cret@h:5673/a%2fb?heartbeat=2"])
  func thePasswordIsNotShown(_ text: String) throws {
    #expect("\(try AMQPURI(text))" == "amqp://bea@h:5673/a%2fb")
  }
}

/// Returns the message for a URI in which the text after the host is not a port.
private func noPort(after host: String) -> String {
  "the text after \(host) is not a port from 1 to 65535; if that text is a password, write @ and the host after "
    + "the password"
}
