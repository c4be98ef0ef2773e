/// Translates words of shells and other languages to words of this language, for the advice in error messages.
///
/// For example, `delete` in other languages is `destroy` in this language.
public enum ForeignWords {
  /// Returns the command that an unknown first word of a statement probably means: `show` for `get`.
  ///
  /// For a word that means a stage, returns a pipeline: `... | take ...` for `limit`. Returns nil for other words.
  public static func command(_ word: String) -> String? {
    commands[usual(word)] ?? stage(word).map { "... | \($0) ..." }
  }

  /// Returns the stage that an unknown stage name probably means: `take` for `limit`; nil for other names.
  public static func stage(_ word: String) -> String? { stages[usual(word)] }

  /// Returns the function that an unknown function name probably means: `upper` for `uppercase`; nil for other names.
  public static func function(_ word: String) -> String? { functions[usual(word)] }

  /// Returns the operator or function that a word between two operands probably means: `==` for `equals`.
  public static func operation(_ word: String) -> String? { operations[word.lowercased()] }

  /// Returns the value that an unknown name probably means: `null` for `nil`.
  public static func value(_ word: String) -> String? { values[word.lowercased()] }

  /// Returns the help topic in `known` that an unknown topic probably means.
  ///
  /// The result is the synonym of `word` among the topics, or else the topic with the most similar name.
  public static func topic(_ word: String, among known: [String]) -> String? {
    let phrase = command(word) ?? function(word) ?? value(word)
    return phrase?.split(separator: " ").map(String.init).last { known.contains($0) } ?? nearest(to: word, among: known)
  }

  /// Returns a statement of this language that does the work of an SQL statement; nil for other words.
  public static func sql(_ words: [String]) -> String? {
    let words = words.map { $0.lowercased() }
    switch words.first {
    case "select" where words.contains("from"): return "stream CLIENT | where .FIELD == VALUE | select .FIELD"
    case "insert" where words.contains("into"): return "create CLIENT {FIELD: VALUE}"
    case "update" where words.contains("set"):
      return "update CLIENT ID {FIELD: VALUE}, or stream CLIENT | where .FIELD == VALUE | collect | update CLIENT {...}"
    case "delete" where words.contains("from"):
      return "destroy CLIENT ID, or stream CLIENT | where .FIELD == VALUE | collect | destroy CLIENT"
    default: return nil
    }
  }

  /// Returns the unit of a duration that a word means: `s` for `seconds`; nil for other words.
  public static func unit(_ word: String) -> String? { units[usual(word)] }

  /// Returns a word in the form of the tables: in lower case, with `-` in place of `_`.
  private static func usual(_ word: String) -> String { word.lowercased().replacing("_", with: "-") }

  private static let units = table([
    ("ms", "ms msec millis milliseconds millisecond"), ("s", "s sec secs second seconds"),
    ("m", "m min mins minute minutes"), ("h", "h hr hrs hour hours"), ("d", "d day days"),
  ])

  private static let commands = table([
    ("destroy", "delete remove rm del erase"), ("destroy-all", "truncate drop wipe"), ("show", "get fetch retrieve"),
    ("stream", "list ls all"),
    ("show, or stream ... | where", "find search"), ("exit", "quit q bye logout"), ("connect", "open login"),
    ("disconnect", "close"), ("create", "add insert new post"), ("update", "patch put modify"),
    ("print", "echo puts log say printf"), ("sleep", "wait pause"), ("fail", "raise throw"), ("read", "load cat"),
    ("source", "import include run"), ("count", "size len"), ("help", "man usage"),
  ])

  private static let stages = table([
    ("where", "filter find grep select-if search having any some detect"), ("take", "limit head top"),
    ("skip", "offset drop"),
    ("sort", "order order-by sort-by"), ("group", "group-by groupby"),
    ("unique", "distinct uniq dedupe unique-by uniq-by"),
    ("first", "select-first find-first"), ("last", "tail"), ("destroy", "delete remove rm"), ("show", "get fetch"),
    ("create", "add insert post"), ("update", "patch put modify"), ("each", "foreach for-each do xargs tap"),
    ("print", "echo puts log say"), ("avg", "average mean"), ("sum", "total add-up reduce inject fold"),
    ("count", "size len length wc"),
    ("write", "tee export store save"), ("collect", "list to-list to-array"),
    ("select", "pluck project pick columns cut"),
    ("without", "omit except del"), ("flatten", "flat-map"), ("chunk", "batch each-slice"), ("index-by", "key-by"),
    ("where not", "reject"), ("map", "transform jq awk sed"), ("with", "merge extend assign"), ("reverse", "tac"),
    ("max", "max-by"), ("min", "min-by"), ("for x, n in ... do ... end", "with-index each-with-index enumerate"),
  ])

  private static let functions = table([
    ("length", "len size count"), ("a range, 1..3", "range seq"), ("string", "str to-string text tostring to-s"),
    ("upper", "uppercase upcase toupper ascii-upcase touppercase"),
    ("lower", "lowercase downcase tolower ascii-downcase tolowercase"), ("trim", "strip"),
    ("number", "float decimal tonumber to-number parsefloat to-f"), ("int", "integer parseint to-int to-i"),
    ("replace", "sub gsub substitute"), ("now", "today"), ("time", "datetime timestamp to-time"),
    ("contains", "includes has"), ("join", "concat"), ("starts-with", "startswith"), ("ends-with", "endswith"),
    ("json", "to-json tojson stringify"), ("parse-json", "from-json fromjson"), ("matches", "match test"),
    ("env", "getenv"), ("keys", "to-entries keys-unsorted"),
  ])

  /// Returns the statement that a keyword of another language probably means: `let NAME = ...` for `var`.
  public static func statement(_ word: String) -> String? { statements[usual(word)] }

  private static let statements = table([
    ("let NAME = ...", "var const val local my export declare"), ("for x in ... do ... end", "foreach for-each"),
    ("while true do ... end", "loop"),
    ("def NAME(a) do ... end", "function fn func fun defun proc"), ("if ... do ... end", "when switch case"),
    ("if not (...) do ... end", "unless"),
    ("while ... do ... end", "repeat"), ("while not (...) do ... end", "until"),
    ("else if ... do", "elsif elseif elif"),
  ])

  /// Returns the option that an unknown option probably means, with its colon: `sort:` for `order`.
  public static func option(_ word: String) -> String? { options[usual(word)] }

  private static let options = table([
    ("sort:", "order order-by orderby sort-by by"), ("filter:", "where filters query"),
    ("page:", "size per-page offset"), ("include:", "with includes expand embed"),
    ("fields:", "select columns only"), ("name:", "as alias label"), ("as:", "format type"),
  ])

  private static let operations = table([
    ("==", "is equals eq equal are"), ("!=", "isnt ne unequal"), ("<", "lt less below"), (">", "gt greater above over"),
    ("=~", "like ilike matches match regex"), ("contains", "contains includes has include"), ("+", "plus"),
    ("starts-with", "starts-with startswith starts_with begins-with"), ("ends-with", "ends-with endswith ends_with"),
    ("%", "mod modulo"), ("in", "between"), ("floor", "div"), ("..", "to"),
  ])

  private static let values = table([
    ("null", "nil none undefined nothing null"), ("true", "true yes"), ("false", "false no"),
  ])

  /// Returns a dictionary that maps each synonym to the word of this language.
  ///
  /// `synonyms` lists the synonyms of a word, separated by spaces. If two words have the same synonym, the dictionary
  /// maps the synonym to the first word.
  private static func table(_ lines: [(word: String, synonyms: String)]) -> [String: String] {
    let pairs = lines.flatMap { line in line.synonyms.split(separator: " ").map { (String($0), line.word) } }
    return Dictionary(pairs) { first, _ in first }
  }
}
