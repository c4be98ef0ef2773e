/// Passwords in what a person typed, taken out before it is kept anywhere.
public enum Secrets {
  /// Replaces passwords with `***`: in URIs, and the text after a key such as `password`, `token` or `secret`.
  ///
  /// ```swift
  /// Secrets.redacted(#"connect "amqp://guest:secret@localhost/""#)  // connect "amqp://guest:***@localhost/"
  /// Secrets.redacted(#"create users {password: "x"}"#)              // create users {password: "***"}
  /// ```
  /// In an AMQP URI all from the first colon to the last `@` inside the quotes goes, since an unescaped `/` or `@` in a
  /// password is a frequent slip. Rather too much is taken out than too little.
  public static func redacted(_ text: String) -> String {
    text
      .replacing(/(?<head>(?i:amqps?):\/\/[^:"\n@]*:)[^"\n]*@/) { "\($0.head)***@" }
      .replacing(/(?<head>[A-Za-z][A-Za-z0-9+.\-]*:\/\/[^\s:"\/@]*:)[^\s"\/@]+@/) { "\($0.head)***@" }
      .replacing(
        /(?<head>(?i:passw(?:or)?d|passphrase|secret|token|api[_\-]?key)"?\s*(?::|==?|!=)\s*")(?:[^"\\]|\\.)+"/
      ) {
        "\($0.head)***\""
      }
  }
}
