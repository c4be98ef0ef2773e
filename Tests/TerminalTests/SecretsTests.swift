import Terminal
import Testing

@Suite struct SecretsTests {
  @Test(arguments: [
    (#"connect "amqp://guest:secret@localhost/" name: "x""#, #"connect "amqp://guest:***@localhost/" name: "x""#),
    (#"connect "amqps://u:p@ss/w@rd#1@host:5671/v" # me"#, #"connect "amqps://u:***@host:5671/v" # me"#),
    (#"connect "AMQP://u:two words@h""#, #"connect "AMQP://u:***@h""#),
    (#"connect "amqp://:secret@h""#, #"connect "amqp://:***@h""#),
    (#"let u = "postgres://app:s3cret@db/x" # mail a@b"#, #"let u = "postgres://app:***@db/x" # mail a@b"#),
    (#"create users {name: "n", password: "a\"b", age: 1}"#, #"create users {name: "n", password: "***", age: 1}"#),
    (#"create users {"api_key": "k", "authToken" : "t"}"#, #"create users {"api_key": "***", "authToken" : "***"}"#),
    (#"let password = "x""#, #"let password = "***""#),
    (#"stream users | where .secret == "x""#, #"stream users | where .secret == "***""#),
  ])
  func areTakenOut(typed: String, kept: String) {
    #expect(Secrets.redacted(typed) == kept)
  }

  @Test(arguments: [
    #"connect "amqp://guest@localhost:5672/""#, #"connect "embedded:blog""#, #"print "http://host:8080/a?b=c""#,
    #"create tags {name: "password"}"#, #"let tokens = "a b""#, "count posts filter: {state: \"draft\"}",
  ])
  func othersStay(typed: String) {
    #expect(Secrets.redacted(typed) == typed)
  }
}
