extension Examples {
  static let schema = #"""
    # queues
    > queues | where .queue == "tags" | map .consumers
    1
    # describe
    > let post = show posts 12
    . describe posts | where .is == "relationship" | map .name
    "author"
    "comments"
    "tags"
    # template
    > let tags = client queue: "tags"
    . let tag = show tags 1
    . template tags
    create tags {name: "alpha", posts: [{type: "posts", id: "1"}]}
    > let people = client queue: "authors"
    . let person = show people 1
    . template people
    create people {name: "Ada Archer", email: "author1@example.com", active: false, born-on: "1950-10-29", comments: [{type: "comments", id: "1"}], posts: [{type: "posts", id: "1"}]}
    # forget
    > forget
    > forget posts
    # save
    > count posts filter: {state: "draft"}
    . save "drafts.retort" last: 1
    250
    saved 3 statements to drafts.retort; 2 of these are earlier statements that the script needs
    > let total = count posts
    . save "total.retort" last: 1
    . read "total.retort" as: "txt" | last
    "let total = count posts"
    saved 3 statements to total.retort; 2 of these are earlier statements that the script needs
    # topic completion
    > let post = show posts 12
    . describe posts | where .name == "state" | map .type
    "string"
    > set learn-values: false
    """#
}
