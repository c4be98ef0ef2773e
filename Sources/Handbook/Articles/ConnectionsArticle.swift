extension Article {
  static let connections = Article(
    name: "connections", title: "Connections, clients and TLS",
    summary: "Addresses, TLS, clients of queues, lost connections, and versions of RabbitMQ.",
    body: #"""
      `connect "amqp://me:secret@broker.example/"` opens a connection. `client queue: "posts"` creates a client of a queue on this
      connection. `connect` without a URI uses the variable `RETORT_URL`. Put a URI with a password into this variable, because every
      user of the machine can read a command line. If a URI has no password, the prompt asks for the password.

      ```retort
      let blog = connect "embedded:blog" name: "blog"
      let copy = connect "embedded:blog" name: "copy"
      let posts = client queue: "posts" on: blog
      let copied = client queue: "posts" on: copy

      update copied 7 {text: "Changed"} | select .id .text
      destroy copied 9
      diff (stream posts) (stream copied) key: .id | select .key .change text: .fields?.text
      ```
      ```text
      {"id":"7","text":"Changed"}
      {"key":"7","change":"changed","text":{"from":"Post 7","to":"Changed"}}
      {"key":"9","change":"removed","text":{"from":"Post 9","to":null}}
      ```

      ## Addresses

      \#(topic("addresses"))

      ## TLS

      With `amqps://`, retort verifies the broker's certificate. An authority of Debian's package `ca-certificates`, or of
      `?cacertfile=FILE`, must have signed it. It must contain the name of the host, or the name in `server_name_indication=NAME`. A
      client certificate is `certfile=FILE&keyfile=FILE`. All files are PEM, and a key must not be encrypted. If TLS fails, the error
      gives the reason: an expired certificate, another name, an unknown authority, or no TLS.

      ```sh
      export RETORT_URL='amqps://me:secret@broker.example/site?cacertfile=/etc/site/ca.pem'
      retort -c 'connect; count (client queue: "posts")'
      ```

      ## Clients

      A client's JSON:API type is its queue's name, unless `type:` names another type. `relationships: {author: "authors", tags:
      ["tags"]}` declares the types of relationships. `create` and `update` then accept `{author: {id: "1"}}` without the type. The
      client sends its `meta:` with each request. The option `meta:` of a command adds members, and replaces members of the same name.
      With `require-beam: true`, retort refuses a request without `meta.beam`. `timeout:` limits the wait for a reply.

      With `keys: "underscore"`, retort shows the field `inserted-at` as `inserted_at`, and sends `inserted_at` as `inserted-at`. A
      single `create`, `update` or `call` with `keys: "wire"` sends its names unchanged, even inside a JSON attribute.

      `reply: "direct"` uses RabbitMQ's direct reply-to instead of a reply queue. Use it for many short-lived clients: to create a
      client, send one request and stop the client took 2.3 ms instead of 7.7 ms. Otherwise, use the reply queue. With 64 requests in
      flight, direct reply-to is 7 % slower. With one request at a time, both are equally fast.

      ## Losses

      \#(topic("losses"))

      ## Versions of RabbitMQ

      retort is tested with RabbitMQ 3.10 of Debian 12, and with no other version. Other versions differ as follows:

      | Version | Difference | What to do |
      |---|---|---|
      | 3.13 and later | transient queues that are not exclusive are deprecated; 4.3 refuses to declare them | `retort serve --durable` declares durable queues; the reply queue of a client is exclusive |
      | 4.0 and later | classic queues are no longer mirrored | `retort serve --queue-type quorum` declares a replicated queue |
      | 4.0 and later | a quorum queue drops a message after 20 deliveries | a change that crashes its service at each delivery gets no reply, and is `unknown` |
      | 4.0 and later | a message has at most 16 MiB (before: 128 MiB), unless `max_message_size` of the broker is larger | `fields:` and `page:` make replies smaller |
      | 4.1 and later | frames of less than 8,192 bytes are refused | do not set a smaller `frame_max` |
      | all | a delivery that is not acknowledged within 30 minutes closes the service's channel | `retort serve` acknowledges each request after its reply |
      """#)
}
