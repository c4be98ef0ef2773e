import JSONText

/// The journal lines that announce changes before the changes are sent.
///
/// Such a line is called an intent.
struct JournalIntentLines {
  /// The lines to append to the journal.
  private(set) var lines: [UInt8] = []
  /// The identities of the announced changes.
  private(set) var identities: [ChangeIdentity] = []
  /// The number of bytes to reserve on the disk for the later lines with the outcomes.
  private(set) var owed = 0
  private let format: JournalChecksums.ChecksumChaining
  /// The longest time that a carrier can keep a change before its request is sent (`ChangeCarrier.longestDelay`).
  private let delay: Duration
  /// The timeout of the last added change, and the text in its line: the timeout plus `delay`, in milliseconds.
  ///
  /// The next change often has the same timeout. Its line then gets the stored text.
  private var life: (timeout: Duration, text: String) = (.zero, "0")

  /// Creates an empty list.
  ///
  /// - Parameters:
  ///   - format: The form of the lines' checksums.
  ///   - delay: The longest time that a carrier can keep a change before its request is sent
  ///     (`ChangeCarrier.longestDelay`).
  init(_ format: JournalChecksums.ChecksumChaining, delay: Duration = .zero) {
    (self.format, self.delay) = (format, delay)
    life.text = String(delay.wholeMilliseconds)
  }

  /// Adds the line that announces a change.
  mutating func add(_ change: Change, _ identity: ChangeIdentity) {
    let life = lifeText(of: change)
    JournalLineEncoder.append(to: &lines, format) { line in
      line.append(word: "{\"intent\":")
      line.append(jsonString: identity.text)
      if change.hasContent {
        line.append(word: ",\"content\":")
        change.encodeContent(into: &line)
      }
      line.append(word: ",\"life\":")
      line += life.utf8
    }
    identities.append(identity)
    owed += identity.outcomeLength
  }

  /// Returns the longest time until the message of a change expires, as JSON in milliseconds.
  ///
  /// If the message never expires, the text is `null`. The member `delay` then follows, if a carrier can keep the
  /// change before its request is sent.
  private mutating func lifeText(of change: Change) -> String {
    guard change.expires, let timeout = change.timeout else {
      return delay > .zero ? "null,\"delay\":\(delay.wholeMilliseconds)" : "null"
    }
    if timeout != life.timeout { life = (timeout, String((timeout + delay).wholeMilliseconds)) }
    return life.text
  }
}

extension Change {
  /// Appends the content of the change as JSON, with hashes instead of secret values.
  fileprivate func encodeContent(into line: inout [UInt8]) {
    guard verb != .relink, let data = params["data"]?.objectValue else { return content.encode(into: &line) }
    line.append(word: "{")
    var isFirst = true
    for (key, value) in data where key == "attributes" || key == "relationships" {
      if !isFirst { line.append(word: ",") }
      isFirst = false
      line.append(jsonString: key)
      line.append(word: ":")
      (value.objectValue.map { .object($0.hashingSecrets) } ?? value).encode(into: &line)
    }
    line.append(word: "}")
  }
}
