import Evaluation

extension Examples {
  static let options = #"""
    # option timeout
    > count posts timeout: 30s
    1000
    # option expire
    > (update posts 4 {text: "Hi"} timeout: 10s expire: false).text
    "Hi"
    # option include
    > (show posts 12 include: "author").author.name
    "Bea Baker"
    # option filter
    > count posts filter: {state: ["draft", "spam"]}
    500
    # option sort
    > index posts sort: "-views" page: {size: 1} | map .views
    99836
    # option fields
    > (show posts 12 fields: "text").attributes
    {"text":"Post 12"}
    # option page
    > index posts page: {number: 2, size: 3} | map .id
    "4"
    "5"
    "6"
    # option prefetch
    > stream posts page: {size: 100} prefetch: 2 | count
    1000
    # option on-shift
    > stream posts filter: {state: "draft"} on-shift: "fail" | count
    250
    # option meta
    > let posts = client queue: "posts" meta: {host: "me"}
    . count posts meta: {reason: "audit"}
    1000
    # option keys
    > let posts = client queue: "posts" keys: "underscore"
    . show posts 1 | map .inserted_at
    "2026-01-01T01:00:00Z"
    # option relationships
    > let posts = client queue: "posts" relationships: {author: "authors"}
    . (update posts 4 {author: {id: "9"}}).author.id
    "9"
    # option reply
    > let posts = client queue: "posts" reply: "direct"
    # option in-flight
    > 1..40 | map {text: "Post \(it)"} | create posts in-flight: 8
    create posts: 40 ok
    # option separator
    > ["name;age", "Ada;36"] | write "posts.csv" as: "txt"
    . read "posts.csv" separator: ";"
    {"name":"Ada","age":"36"}
    wrote 2 to posts.csv
    # option key
    > read "people.csv" | create authors key: .email
    create authors: 2 ok
    # option confirm
    > destroy-all posts filter: {author: "7"} confirm: true
    20
    # option max
    > destroy-all posts filter: {author: "7"} confirm: true max: 20
    20

    """#

  static let errors = #"""
    # error not-found
    > try do show posts 0 rescue e print e.kind end
    not-found
    # error invalid
    > try do create posts {text: ""} rescue e print e.errors[0].title end
    can't be blank
    # error method-not-found
    > try do call posts "publish" {id: "1"} rescue e print e.kind end
    method-not-found
    # error no-route
    > try do count (client queue: "postss") rescue e print e.kind end
    no-route
    # error service
    > try do count posts filter: {no: "1"} rescue e print e.kind end
    service
    # error field
    > try do {a: 1}.b rescue e print e.kind end
    field
    # error type
    > try do [1] + {a: 1} rescue e print e.kind end
    type
    # error value
    > try do int("x") rescue e print e.kind end
    value
    # error assert
    > try do assert 1 > 2 rescue e print e.kind end
    assert
    # error fail
    > try do fail "no such plan" rescue e print e.kind end
    fail
    # error file
    > try do read "no-such-file.csv" | count rescue e print e.kind end
    file

    """#
}
