import Evaluation

extension Examples {
  static let stages = #"""
    # stage where
    > stream posts | where .views < 100 and .state != "spam" | count
    1
    # stage take
    > stream posts sort: "-id" | take 1 | map .id
    "1000"
    # stage skip
    > stream posts | skip 998 | map .id
    "999"
    "1000"
    # stage first
    > (stream posts filter: {state: "draft"} | first).id
    "4"
    # stage sort
    > [{n: 1, t: "b"}, {n: 1, t: "a"}, {n: 2, t: "c"}] | sort -.n .t | map .t
    "c"
    "a"
    "b"
    # stage unique
    > stream posts | unique .state | map .state
    "published"
    "spam"
    "archived"
    "draft"
    # stage group
    > stream posts | group .state | sort .key | select .key .count
    {"key":"archived","count":250}
    {"key":"draft","count":250}
    {"key":"published","count":250}
    {"key":"spam","count":250}
    > [{a: 1, b: 2}, {a: 1, b: 2}, {a: 1, b: 3}] | group .a .b | select .key .count
    {"key":{"a":1,"b":2},"count":2}
    {"key":{"a":1,"b":3},"count":1}
    # stage last
    > (stream posts | last).id
    "1000"
    # stage reverse
    > stream posts | take 3 | reverse | map .id
    "3"
    "2"
    "1"
    # stage chunk
    > stream posts | map .id | chunk 400 | map length(it)
    400
    400
    200
    # stage as
    > let names = stream authors | index-by .id
    . stream posts page: {size: 3} | take 4 | as post | map names[.author.id] | map "\(post.id) \(.name)"
    "1 Ada Archer"
    "2 Bea Archer"
    "3 Cid Archer"
    "4 Dan Archer"
    # stage index-by
    > let by-state = stream posts | index-by .state keep: "last"
    . keys(by-state)
    "published"
    "spam"
    "archived"
    "draft"
    > let known = [{email: "a@x.org", id: 1}] | index-by .email
    . known?["b@x.org"]?.id ?? "new"
    "new"
    # stage without
    > stream posts | take 1 | without .inserted-at .author | map keys(.attributes)
    ["text","state","views","rating"]
    # stage print
    > stream posts | take 2 | print .text
    Post 1
    Post 2
    # stage collect
    > stream posts filter: {state: "draft"} | collect | destroy posts confirm: true
    destroy posts: 250 ok
    # stage count
    > stream posts | where .views < 100 | count
    1
    # stage sum
    > stream posts | sum .views
    49859500
    # stage avg
    > [1, 2] | avg
    1.5
    # stage min
    > stream posts | min .views
    17
    # stage max
    > stream posts | max .views
    99836
    # stage map
    > stream posts | take 2 | map "\(.id): \(.text)"
    "1: Post 1"
    "2: Post 2"
    # stage select
    > stream posts include: "author" | take 1 | select .id .author.name
    {"id":"1","author.name":"Ada Archer"}
    # stage with
    > stream posts | take 1 | with seen: true | select .id .seen
    {"id":"1","seen":true}
    # stage flatten
    > [{tags: ["a", "b"]}, {tags: []}] | map .tags | flatten
    "a"
    "b"
    # stage show
    > ["12", "13"] | show posts | map .text
    "Post 12"
    "Post 13"
    # stage each
    > stream authors | take 2 | each in-flight: 2 do count posts filter: {author: it} end
    20
    20
    # stage create
    > [{text: "a"}, {text: "b"}] | create posts
    create posts: 2 ok
    > let sum = [{text: "a"}, {text: "b"}] | create posts on-error: "continue"
    . sum.ok
    2
    create posts: 2 ok
    # stage update
    > stream posts filter: {state: "draft"} | collect | update posts {state: "published"} in-flight: 8
    update posts: 250 ok
    > [1, 2] | update posts {text: "Post \(it), again"}
    update posts: 2 ok
    # stage upsert
    > read "people.csv" | upsert authors key: .email
    . read "people.csv" | upsert authors key: .email
    upsert authors: 2 created, 0 updated, 0 same
    upsert authors: 0 created, 0 updated, 2 same
    > let sum = [{text: "Post 1", views: 5}, {text: "new"}] | upsert posts key: .text
    . [sum.created, sum.updated, sum.same]
    1
    1
    0
    upsert posts: 1 created, 1 updated, 0 same
    # stage transition
    > stream posts filter: {state: "draft"} | collect | transition posts to: "published" via: {published: "draft"}
    transition posts: 250 ok
    > ["4", "8"] | transition posts to: "archived" via: {archived: "published", published: "draft"} | map .state
    "archived"
    "archived"
    transition posts: 2 ok
    # stage destroy
    > ["4", "8"] | destroy posts confirm: true
    destroy posts: 2 ok
    > let sum = ["4", "0"] | destroy posts confirm: true
    . sum.absent
    1
    destroy posts: 1 ok, 1 absent
    # stage link
    > stream posts filter: {state: "draft"} | collect | link posts "tags" [{type: "tags", id: "3"}]
    link posts: 250 ok
    > ["5", "6"] | link posts "tags" [{type: "tags", id: "1"}, {type: "tags", id: "2"}] in-flight: 1
    . related posts 5 "tags" | map .id
    "1"
    "2"
    "3"
    "6"
    link posts: 2 ok
    # stage relink
    > stream posts filter: {author: "7"} | collect | relink posts "author" {type: "authors", id: "8"}
    . count posts filter: {author: "8"}
    40
    relink posts: 20 ok
    > ["5", "6"] | relink posts "tags" []
    . related posts 5 "tags" | count
    0
    relink posts: 2 ok
    # stage unlink
    > ["5", "6"] | unlink posts "tags" [{type: "tags", id: "3"}]
    . related posts 5 "tags" | map .id
    "6"
    unlink posts: 2 ok
    > stream posts include: "tags" | take 2 | collect | unlink posts "tags" .tags
    . related posts 2 "tags" | count
    0
    unlink posts: 2 ok
    # stage write
    > stream posts include: "tags" | write "posts.ndjson"
    posts: the relationship comments is not in the file, because the service sent no data for it; to get the data, use include: "comments"
    wrote 1000 to posts.ndjson
    > stream posts | take 2 | write "posts.csv" | count
    2
    posts: the relationships comments, tags are not in the file, because the service sent no data for them; to get the data, use include: "comments,tags"
    wrote 2 to posts.csv
    # stage table
    > stream posts | take 1 | table .id .text .author.id
    id  text    author.id
    --  ------  ---------
    1   Post 1  1
    # stage card
    > stream posts include: "author" | take 1 | card .id .text .author
    id      1
    text    Post 1
    author  Ada Archer
    # stage chart
    > stream posts | take 3 | chart .views
    6000 to 8000    1  ###########################################################
    8000 to 10000   0
    10000 to 12000  0
    12000 to 14000  0
    14000 to 16000  1  ###########################################################
    16000 to 18000  0
    18000 to 20000  0
    20000 to 22000  0
    22000 to 24000  1  ###########################################################
    # stage json
    > stream posts | take 2 | json .id
    [{"id":"1"},{"id":"2"}]
    # stage ndjson
    > stream posts | take 2 | ndjson .id .views
    {"id":"1","views":7919}
    {"id":"2","views":15838}
    # stage sh
    > 1..3 | sh "wc -l"
    3
    > stream posts | take 2 | select .id | sh "cat"
    {"id":"1"}
    {"id":"2"}
    # stage csv
    > stream posts | take 2 | csv .id .text
    id,text
    1,Post 1
    2,Post 2

    """#

  static let functions = #"""
    # lower
    > lower("ÅSA")
    "åsa"
    # upper
    > upper("åsa")
    "ÅSA"
    # trim
    > trim("\tx\n")
    "x"
    # split
    > split("a1b22c", /[0-9]+/) | count
    3
    # join
    > join(["a", "b"])
    "ab"
    # replace
    > replace("a1b22", /[0-9]+/, "#")
    "a#b#"
    # matches
    > stream posts | where matches(.text, /^Post 99\d$/) | count
    10
    # contains
    > contains(["a", "b"], "b")
    true
    # starts-with
    > starts-with("draft", "raf")
    false
    # ends-with
    > stream posts | where ends-with(.text, "00") | count
    10
    # length
    > length([1, 2, 3])
    3
    # keys
    > keys((show posts 1).attributes) | first
    "text"
    # values
    > values({a: [1], b: 2}) | count
    2
    # int
    > int("42") + 1
    43
    # number
    > number("0.50") + 1
    1.50
    # string
    > string(1.10) + "!"
    "1.10!"
    # round
    > round(2.345, 2)
    2.35
    # floor
    > floor(2.5)
    2
    > floor(2.349, 2)
    2.34
    # ceil
    > ceil(-2.5)
    -2
    # abs
    > abs(-7)
    7
    # now
    > now() + 1h > now()
    true
    # ago
    > stream posts | where time(.inserted-at) < ago(1ms) | take 1 | count
    1
    # age
    > age(now()) < 1h
    true
    # time
    > time("2026-01-31T12:00:00Z") - time("2026-01-31")
    "12h"
    > stream posts | take 1 | map time(.inserted-at) < now()
    true
    # date
    > date(time("1.2.1990", "%d.%m.%Y"))
    "1990-02-01"
    > date(time("2026-01-31"), "%d.%m.%Y")
    "31.01.2026"
    # uuid
    > uuid() == uuid()
    false
    # env
    > env("HOME", "/") == ""
    false
    # var
    > int(var("limit", "5")) + 1
    6
    # json
    > json("a\"b")
    "\"a\\\"b\""
    # parse-json
    > parse-json("[1.10, 2]") | first
    1.10

    """#
}
