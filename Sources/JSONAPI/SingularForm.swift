/// The singular of a type's name, as Rails forms it.
///
/// jsonapi-resources uses it for a parent's id: `post` in `post_id`.
///
/// ```swift
/// SingularForm.word(of: "staff-addresses")  // "staff_address"
/// ```
public enum SingularForm {
  /// Returns a type's name with its last word in the singular, and with underscores instead of dashes.
  public static func word(of type: String) -> String {
    let underscored = String(type.map { $0 == "-" ? "_" : $0 })
    let start = underscored.lastIndex(of: "_").map { underscored.index(after: $0) } ?? underscored.startIndex
    return underscored[..<start] + one(of: String(underscored[start...]))
  }

  private static func one(of word: String) -> String {
    if unchanging.contains(word) { return word }
    if let whole = wholeWords[word] { return whole }
    for (ending, replacement) in endings where word.hasSuffix(ending) {
      return word.dropLast(ending.count) + replacement
    }
    return word
  }

  /// Words with the same singular and plural.
  private static let unchanging: Set = [
    "equipment", "fish", "information", "jeans", "money", "news", "police", "rice", "series", "sheep", "species",
  ]

  private static let wholeWords = ["axes": "axis", "lice": "louse", "mice": "mouse", "oxen": "ox"]

  /// Endings of plurals and singulars; the first match applies.
  private static let endings: [(many: String, one: String)] =
    [
      ("people", "person"), ("children", "child"), ("men", "man"), ("sexes", "sex"), ("moves", "move"),
      ("zombies", "zombie"), ("movies", "movie"), ("databases", "database"), ("quizzes", "quiz"),
      ("matrices", "matrix"),
      ("vertices", "vertex"), ("indices", "index"), ("aliases", "alias"), ("statuses", "status"), ("alias", "alias"),
      ("status", "status"), ("octopi", "octopus"), ("octopus", "octopus"), ("viri", "virus"), ("virus", "virus"),
      ("crises", "crisis"), ("crisis", "crisis"), ("testes", "testis"), ("shoes", "shoe"), ("oes", "o"),
      ("buses", "bus"), ("bus", "bus"), ("analyses", "analysis"), ("diagnoses", "diagnosis"),
      ("parentheses", "parenthesis"), ("prognoses", "prognosis"), ("synopses", "synopsis"), ("theses", "thesis"),
      ("sis", "sis"), ("bases", "basis"), ("xes", "x"), ("ches", "ch"), ("sses", "ss"), ("shes", "sh"),
    ] + vowels.map { ($0 + "ies", $0 + "ie") } + [
      ("quies", "quy"), ("ies", "y"), ("hives", "hive"), ("tives", "tive"), ("lves", "lf"), ("rves", "rf"),
      ("fves", "fve"), ("ves", "fe"), ("ta", "tum"), ("ia", "ium"), ("ss", "ss"), ("s", ""),
    ]

  /// The letters after which `ies` becomes `ie`; after any other letter it becomes `y`.
  private static let vowels = ["a", "e", "i", "o", "u", "y"]
}
