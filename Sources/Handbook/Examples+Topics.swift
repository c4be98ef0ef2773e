extension Examples {
  static let topics = #"""
    # capture
    > capture("2026-01", /(\d+)-(\d+)/)[0]
    "2026"
    # topic patterns
    > "Post 12" =~ /^post \d+$/i
    true
    > replace("a1", /(\d)/, "<$1>")
    "a<1>"
    # topic values
    > 9007199254740993 + 1
    9007199254740994
    > 0.1 + 0.2 == 0.3
    true
    # topic times
    > time("2026-01-31T12:00:00+02:00")
    "2026-01-31T10:00:00Z"
    > time("2026-01-31") + 36h
    "2026-02-01T12:00:00Z"
    # topic text
    > let n = 2
    . "\(n) posts"
    "2 posts"
    > "a" + "b"
    "ab"
    # topic history
    > [{token: "t1"}, {token: "\u002a**"}] | where .token != "\u002a**" | count
    1
    > let login = {user: "ann", password: env("APP_PASSWORD", "t1")}
    . length(keys(login))
    2
    # topic environment
    > env("RETORT_HISTORY", "not set")
    "not set"
    > connect env("RETORT_URL", "embedded:blog") name: "second"
    . clients | where .connection == "second embedded:blog" | count
    1
    # topic fields
    > {a: 1}?.b ?? "none"
    "none"
    > stream posts include: "author" | take 1 | map .author.name
    "Ada Archer"
    # topic operators
    > 7 / 2
    3.5
    > "draft" in ["draft", "spam"] and not (1 > 2)
    true
    # topic names
    > let n = 2
    . let n = n + 1
    . n
    3
    > 1..3 | sum
    . _ * 2
    6
    12
    # topic blocks
    > for n in 1..9 do
    .   if n > 2 do break else print n end
    . end
    1
    2
    > try do fail "no" rescue e print e.message end
    no
    # topic resources
    > (show posts 4).author.id
    "4"
    > (index posts page: {size: 2}).pagination.total-size
    1000
    # topic pipelines
    > stream posts |
    .   where .state == "draft" |
    .   max .views
    99836
    > 1..3
    1
    2
    3
    # topic errors
    > try do create posts {text: ""} rescue e print "\(e.kind), \(e.seed)" end
    invalid, changeset
    > try do "a" + 1 rescue e print e.message end
    the operator + can't join a string and a number
    # topic files
    > read "people.csv" | map {name: .name, email: .email} | create authors
    create authors: 2 ok
    > stream authors | take 1 | write "posts.csv" | count
    1
    authors: the relationships comments, posts are not in the file, because the service sent no data for them; to get the data, use include: "comments,posts"
    wrote 1 to posts.csv
    # topic addresses
    > let c = connect "embedded:blog"
    > connect env("RETORT_URL", "embedded:blog")
    # topic losses
    > (show posts 4 timeout: 1m).text
    "Post 4"
    > let r = 5..6 | update posts {state: "spam"} on-error: "continue"
    . print r.unknown
    0
    update posts: 2 ok
    # topic program
    > int(var("limit", "3"))
    3
    > length(args)
    0

    """#
}
