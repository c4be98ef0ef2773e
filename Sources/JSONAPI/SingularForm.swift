/// Converts the name of a type to the singular, by the rules of Rails.
///
/// jsonapi-resources uses the singular in the name of a parent's id, such as `post_id` for the type `posts`.
///
/// ```swift
/// SingularForm.word(of: "staff-addresses")  // "staff_address"
/// ```
public enum SingularForm {
  /// Returns the name of a type with the last word in the singular, and with underscores instead of dashes.
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

  /// The words whose singular and plural are the same.
  private static let unchanging: Set = [
    "equipment", "fish", "information", "jeans", "money", "news", "police", "rice", "series", "sheep", "species",
  ]

  private static let wholeWords = ["axes": "axis", "lice": "louse", "mice": "mouse", "oxen": "ox"]

  /// The endings of plurals, with the endings of their singulars.
  ///
  /// The first ending that matches applies.
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

  /// The letters after which the ending `ies` becomes `ie`.
  ///
  /// After any other letter, `ies` becomes `y`.
  private static let vowels = ["a", "e", "i", "o", "u", "y"]
}
