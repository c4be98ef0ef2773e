public import Evaluation

/// Recipes for jobs that take more than one command.
///
/// `help cookbook` lists the recipes, and `help cookbook 3` shows one of them. The text has the form of ``Examples``,
/// with the title of a recipe after each `# `. A test runs all recipes.
public enum Cookbook {
  /// A recipe: a job, and the statements that do it.
  public struct Recipe: Sendable {
    /// The job in a few words: `Find duplicates`.
    public var title: String
    /// The statements, with the output of each statement.
    public var example: CommandDeclaration.Example
  }

  /// All recipes, in the order of their numbers.
  public static let recipes: [Recipe] = page.split(separator: "\n# ").compactMap { block in
    let title = block.prefix { $0 != "\n" }
    let text = "# recipe\n" + block.dropFirst(title.count)
    return Examples.parse(text)["recipe"]?.first.map { Recipe(title: String(title), example: $0) }
  }

  /// Returns the text of `help cookbook WORDS`.
  ///
  /// Without words, the text is the list of recipes. If the only word is the number of a recipe, the text is that
  /// recipe. Otherwise the result is nil.
  static func text(_ words: [String], _ layout: PageLayout) -> String? {
    guard let word = words.first else {
      let list = recipes.enumerated().map { "\(String($0 + 1).filled(to: 2))  \($1.title)\n" }.joined()
      return layout.prose(list + "\nhelp cookbook 3 shows recipe 3.\n")
    }
    guard words.count == 1, let index = recipes.indices.first(where: { String($0 + 1) == word }) else { return nil }
    let recipe = recipes[index]
    return layout.prose(recipe.title) + "\n\n\(recipe.example.text)"
  }

  private static let page = #"""

    # See the attributes of a type
    > keys((show posts 1).attributes)
    "text"
    "state"
    "views"
    "rating"
    "inserted-at"
    # Show the three posts with the most views, and their authors
    > stream posts sort: "-views" include: "author" | take 3 | select .id .views .author.name
    {"id":"644","views":99836,"author.name":"Dan Eliot"}
    {"id":"101","views":99819,"author.name":"Ada Archer"}
    {"id":"745","views":99655,"author.name":"Eve Eliot"}
    # Count by state
    > stream posts | group .state | select .key .count
    {"key":"published","count":250}
    {"key":"spam","count":250}
    {"key":"archived","count":250}
    {"key":"draft","count":250}
    # Report by group, with a sum
    > stream posts | group .state | select .key .count views: (.items | sum .views)
    {"key":"published","count":250,"views":12495250}
    {"key":"spam","count":250,"views":12375000}
    {"key":"archived","count":250,"views":12454750}
    {"key":"draft","count":250,"views":12534500}
    # Group by two fields
    > stream posts | group .state .author.id | take 2 | select .key .count
    {"key":{"state":"published","author.id":"1"},"count":10}
    {"key":{"state":"spam","author.id":"2"},"count":10}
    # Find duplicates
    > [{email: "ann@x.org"}, {email: "Ann@x.org"}, {email: "bo@x.org"}] | group lower(.email) | where .count > 1 | select .key .count
    {"key":"ann@x.org","count":2}
    # Look up a value for each element: the author's name by the author's id
    > let by-id = stream authors | index-by .id
    . stream posts | take 3 | select .id name: by-id[.author.id].name
    {"id":"1","name":"Ada Archer"}
    {"id":"2","name":"Bea Archer"}
    {"id":"3","name":"Cid Archer"}
    # Look up a value that may be missing
    > let known = [{email: "ann@example.com", id: "7"}] | index-by .email
    . read "people.csv" | select .email id: known?[.email]?.id
    {"email":"ann@example.com","id":"7"}
    {"email":"bo@example.com","id":null}
    # Read a field of the outer element in an inner pipeline
    > let known = stream authors | collect
    . stream posts | take 2 | as post | select .id name: (known | where .id == post.author.id | map .name | first)
    {"id":"1","name":"Ada Archer"}
    {"id":"2","name":"Bea Archer"}
    # Import a csv file
    > read "people.csv" | map {name: .name} | create authors key: .name
    create authors: 2 ok
    # Import only the rows that are missing
    > let names = stream authors | index-by .name keep: "first"
    . read "people.csv" | where names?[.name] == null | map {name: .name} | create authors
    create authors: 2 ok
    # Import, and update existing resources: the second import changes nothing
    > read "people.csv" | map {email: lower(.email), name: .name} | upsert authors key: .email
    . read "people.csv" | map {email: lower(.email), name: .name} | upsert authors key: .email
    upsert authors: 2 created, 0 updated, 0 same
    upsert authors: 0 created, 0 updated, 2 same
    # Clean values in a pipeline: numbers and text
    > [{n: " 7 ", t: "  Hello"}] | map {n: int(trim(.n)), t: trim(.t)}
    {"n":7,"t":"Hello"}
    # Rename a field
    > [{full-name: "Ann", age: 4}] | map {name: .full-name, age: .age}
    {"name":"Ann","age":4}
    # Save a list and read it again
    > stream posts filter: {state: "draft"} | write "posts.ndjson"
    . read "posts.ndjson" | count
    250
    posts: the relationships comments, tags are not in the file, because the service sent no data for them; to get the data, use include: "comments,tags"
    wrote 250 to posts.ndjson
    # Save a table for a spreadsheet
    > stream posts include: "author" | select .id .text author: .author.name | write "posts.csv"
    . read "posts.csv" | take 1
    {"id":"1","text":"Post 1","author":"Ada Archer"}
    wrote 1000 to posts.csv
    # Change many resources: publish the drafts
    > stream posts filter: {state: "draft"} | collect | update posts {state: "published"}
    update posts: 250 ok
    # Change each element, with a value that is computed from the element
    > stream posts filter: {state: "draft"} | collect | update posts {text: upper(.text)} in-flight: 32
    update posts: 250 ok
    # Delete by a filter, with a limit
    > destroy-all posts filter: {state: "spam"} max: 300 confirm: true
    250
    # Delete by a condition
    > stream posts | where .views < 100 | collect | destroy posts confirm: true
    destroy posts: 1 ok
    # Replace the tags of many posts
    > stream posts filter: {author: "7"} | collect | relink posts "tags" [{type: "tags", id: "3"}]
    . related posts 7 "tags" | map .id
    "3"
    relink posts: 20 ok
    # Add a tag to many resources
    > stream posts filter: {state: "draft"} | collect | link posts "tags" [{type: "tags", id: "3"}]
    link posts: 250 ok
    # Move many resources through their states
    > stream posts filter: {state: "draft"} | take 3 | collect | transition posts to: "archived" via: {published: "draft", archived: "published"}
    transition posts: 3 ok
    # Work in chunks
    > for part, n in stream posts | map .id | chunk 400 do print "\(n): \(length(part))" end
    1: 400
    2: 400
    3: 200
    # Continue after a failure
    > let text = try do (show posts 0).text rescue e "none: \(e.kind)" end
    . text
    "none: not-found"
    # Check a condition for each element
    > for post in stream posts | take 3 do
    .   assert length(post.text) > 0, "\(post.id) has no text"
    . end
    # Define a command with an option
    > def line(post, mark: "-") do return "\(mark) \(post.id) \(post.text)" end
    . stream posts | take 2 | line mark: "*" | print
    * 1 Post 1
    * 2 Post 2
    # Find posts older than a month
    > stream posts | where time(.inserted-at) < ago(30d) | count
    1000
    # Read and write dates in another format
    > [{born: "1.2.1990"}] | map date(time(.born, "%d.%m.%Y")) | print
    1990-02-01
    # Show what changed since a snapshot
    > let before = stream posts | select .id .state | collect
    . let changed = update posts 4 {state: "published"}
    . diff before (stream posts | select .id .state) key: .id | select .key .change
    {"key":"4","change":"changed"}
    diff: 0 added, 0 removed, 1 changed, 999 same
    # Check that a copy is complete
    > let saved = stream posts | select .id .text | collect
    . assert (diff saved (stream posts | select .id .text) key: .id | count) == 0
    diff: 0 added, 0 removed, 0 changed, 1000 same
    # Copy between services, with new ids in relationships
    > let ids = stream authors | take 3 | collect | as old | map {name: "\(.name), copied"} | create authors | map {old: old.id, new: .id} | index-by .old
    . stream posts | take 3 | collect | map {text: .text, author: {type: "authors", id: ids[.author.id].new}} | create posts
    create authors: 3 ok
    create posts: 3 ok
    # Clean up in a nightly script, with a limit
    > stream posts | where time(.inserted-at) < ago(30d) | collect | destroy posts max: int(var("cap", "1000")) confirm: true
    destroy posts: 1000 ok
    # Correct dates in another format
    > let made = create authors {name: "Ann", email: "ann@example.com"}
    . [{id: made.id, born-on: "31.1.1990"}] | where matches(.born-on ?? "", /^\d\d?\./) | update authors {born-on: date(time(.born-on, "%d.%m.%Y"))}
    . (show authors made.id).born-on
    "1990-01-31"
    update authors: 1 ok
    """#
}
