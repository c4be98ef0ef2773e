import Evaluation

/// Examples of the words that `help` explains, as statements with their output.
///
/// A line `# WORD` begins the examples of a word. A line that begins with `> ` begins a statement, and a line that
/// begins with `. ` continues it. The output of the statement follows, with a backslash for a blank line. A test runs
/// all examples.
///
/// The declaration of a word can contain further examples.
enum Examples {
  /// Returns the examples of a word.
  ///
  /// A prefix distinguishes words of different kinds: `stage where` is a stage, `topic text` a topic, `option page` an
  /// option, and `error field` a kind of error. A word without a prefix is a command, a statement or a function.
  static func of(_ word: String) -> [CommandDeclaration.Example] { table[word] ?? [] }

  static let table: [String: [CommandDeclaration.Example]] = parse(
    commands + stages + functions + statements + topics + options + errors + schema)

  /// Parses a text of examples, and returns the examples of each word.
  static func parse(_ page: String) -> [String: [CommandDeclaration.Example]] {
    var table: [String: [CommandDeclaration.Example]] = [:]
    var word = ""
    for line in page.split(separator: "\n") {
      let text = line.dropFirst(2)
      let last = (table[word]?.count ?? 0) - 1
      switch line.prefix(2) {
      case "# ": word = String(text)
      case "> ": table[word, default: []].append(CommandDeclaration.Example(code: String(text), output: ""))
      case ". ": table[word]?[last].code += "\n" + text
      default:
        let before = table[word]?[last].output ?? ""
        table[word]?[last].output = before + (before.isEmpty ? "" : "\n") + (line == "\\" ? "" : line)
      }
    }
    return table
  }

  static let commands = #"""
    # connect
    > let c = connect "embedded:blog" name: "staging"
    # disconnect
    > let c = connect "embedded:blog"
    . disconnect c
    > let staging = connect "embedded:blog" name: "staging"
    . disconnect staging
    # client
    > let posts = client queue: "posts" timeout: 10s meta: {host: "me"}
    # stop
    > stop authors
    > let tags = client queue: "tags"
    . stop tags
    # clients
    > clients | map .queue
    "posts"
    "authors"
    > clients | count
    2
    # index
    > index posts sort: "-views" page: {size: 1} | map .views
    99836
    # show
    > (show posts 12 include: "author").author.name
    "Bea Baker"
    # stream
    > stream posts filter: {state: "spam"} sort: "-views" | take 1 | map .text
    "Post 202"
    # create
    > let made = create posts {text: "Hi", author: {type: "authors", id: "3"}}
    . made.author.id
    "3"
    # update
    > (update posts 4 {author: {type: "authors", id: "9"}}).author.id
    "9"
    # upsert
    > let first = upsert authors {email: "ann@example.com", name: "Ann"} key: .email
    . let second = upsert authors {email: "ann@example.com", name: "Ann Lee"} key: .email
    . [first.id == second.id, second.name]
    true
    "Ann Lee"
    # destroy
    > try do destroy posts 0 confirm: true rescue e print e.kind end
    not-found
    # destroy-all
    > destroy-all posts filter: {author: "7"} confirm: true
    20
    # related
    > related posts 12 "author" | map .name
    "Bea Baker"
    > related authors 7 "posts" | count
    20
    # relationship
    > relationship posts 12 "author"
    {"type":"authors","id":"12"}
    > relationship posts 12 "tags" | count
    2
    # link
    > link posts 12 "tags" [{type: "tags", id: "20"}]
    . related posts 12 "tags" | where .id == "20" | count
    1
    > let tag = show (client queue: "tags") 19
    . link posts 12 "tags" [tag]
    # relink
    > relink posts 12 "author" {type: "authors", id: "3"}
    . (show posts 12).author.id
    "3"
    > relink posts 12 "author" null
    . (show posts 12).author == null
    true
    > relink posts 12 "tags" []
    . related posts 12 "tags" | count
    0
    # unlink
    > relink posts 12 "tags" [{type: "tags", id: "1"}, {type: "tags", id: "2"}]
    . unlink posts 12 "tags" [{type: "tags", id: "1"}]
    . relationship posts 12 "tags"
    {"type":"tags","id":"2"}
    > unlink posts 12 "tags" (relationship posts 12 "tags")
    . related posts 12 "tags" | count
    0
    # transition
    > (transition posts 4 to: "published" via: {published: "draft"}).state
    "published"
    > (transition posts 4 to: "archived" via: {archived: "published", published: "draft"}).state
    "archived"
    # call
    > (call posts "index" {page: {number: 1, size: 1}} reads: true).meta.record-count
    1000
    # diff
    > let before = stream posts | select .id .text | collect
    . let changed = update posts 4 {text: "new"}
    . diff before (stream posts | select .id .text) key: .id
    {"key":"4","change":"changed","fields":{"text":{"from":"Post 4","to":"new"}}}
    diff: 0 added, 0 removed, 1 changed, 999 same
    # read
    > read "people.csv" | map .name
    "Ann Lee"
    "Bo Ek"
    > read "people.csv" | where matches(.email, /^bo/) | count
    1
    # print
    > print {id: 1, tags: ["a"]}
    {"id":1,"tags":["a"]}
    # warn
    > warn "this goes to standard error"
    this goes to standard error
    > warn 1 + 1
    2
    # assert
    > try do assert (count posts) == 1 rescue e print e.kind end
    assert
    # fail
    > try do fail "no such plan" rescue e print e.message end
    no such plan
    > try do show posts 0 rescue e
    .   try do fail e rescue error print error.kind end
    . end
    not-found
    # sleep
    > for i in 1..2 do sleep 1ms end
    # exit
    > if (count posts) > 5000 do exit 1 end
    > if false do exit end
    # vars
    > vars | map .name
    "authors"
    "posts"
    > vars | where .type == "client" | count
    2

    """#

  static let statements = #"""
    # let
    > let n = 2
    . n * 21
    42
    > let drafts = stream posts filter: {state: "draft"} | collect
    . length(drafts)
    250
    # for
    > for n in 1..3 do print n * n end
    1
    4
    9
    > for post in stream posts filter: {state: "draft"} | collect do
    .   update posts post.id {state: "published"}
    . end
    . count posts filter: {state: "draft"}
    0
    > for text, n in ["a", "b"] do print "\(n). \(text)" end
    1. a
    2. b
    # while
    > let n = 3
    . while n > 0 do let n = n - 1 end
    . n
    0
    > while true do break end
    # watch
    > let n = 0
    . watch 1ms do
    .   let n = n + 1
    .   print n
    .   if n == 2 do break end
    . end
    1
    2
    > watch 1ms do
    .   if (count posts) == 1000 do break end
    . end
    # if
    > let size = if (count posts) > 500 do "large" else "small" end
    . size
    "large"
    > if not true do print "never" else if 1 < 2 do print "here" end
    here
    # try
    > try do show posts 0 rescue e print "\(e.kind): \(e.message)" end
    not-found: posts show: The record identified by 0 could not be found.
    > let text = try do (show posts 0).text rescue e "none" end
    . text
    "none"
    # def
    > def square(n) do return n * n end
    . square 7
    49
    > def headline(post, mark: "-") do return "\(mark) \(post.text)" end
    . print headline((show posts 4), mark: "*")
    . ["7", "8"] | show posts | headline mark: "+" | print
    * Post 4
    + Post 7
    + Post 8
    > def drafts(of: posts) do return count of filter: {state: "draft"} end
    . drafts
    250
    # return
    > def sign(n) do
    .   if n < 0 do return "minus" end
    .   return "plus"
    . end
    . [-1, 1] | sign
    "minus"
    "plus"
    > def nothing() do return end
    . (nothing) == null
    true
    # break
    > for n in 1..9 do
    .   if n == 3 do break end
    .   print n
    . end
    1
    2
    > for post in stream posts do
    .   if post.state == "spam" do
    .     print post.id
    .     break
    .   end
    . end
    2
    # continue
    > for n in 1..4 do
    .   if n % 2 == 0 do continue end
    .   print n
    . end
    1
    3
    > for post in stream posts | take 2 do
    .   if post.state == "spam" do continue end
    .   print post.id
    . end
    1
    # source
    > source "greet.retort"
    . greet "you"
    hello, you
    > source "greet.retort"
    . for name in ["you", "me"] do greet name end
    hello, you
    hello, me
    # set
    > set timeout: 10s in-flight: 32
    > set output: "json"
    . [1, 2]
    [1,2]
    # help
    > help uuid
    uuid()
      A new UUID (version 4).
    \
      > length(uuid())
      36
    \
      > uuid() == uuid()
      false
    > help disconnect
    disconnect [CONNECTION]  -> null
      Closes a connection and all its clients. Without an argument, disconnect closes the only open connection.
    \
      > let c = connect "embedded:blog"
      . disconnect c
    \
      > let staging = connect "embedded:blog" name: "staging"
      . disconnect staging

    """#
}
