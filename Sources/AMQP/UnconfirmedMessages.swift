/// The messages of a channel that the broker has neither confirmed nor refused
/// (https://www.rabbitmq.com/docs/confirms#publisher-confirms).
struct UnconfirmedMessages {
  /// The numbers of the published requests, in the order of their delivery tags.
  ///
  /// An element becomes nil if the broker confirms or refuses its request while an earlier request still waits.
  private var serials = Fifo<Int?>()
  /// The delivery tag of the first element of `serials`.
  private var firstTag: UInt64 = 1

  /// Records a published message.
  ///
  /// Returns the delivery tag of the message.
  mutating func add(_ serial: Int) -> UInt64 {
    serials.append(serial)
    return firstTag + UInt64(serials.count - 1)
  }

  /// Whether a message still waits for the broker's confirm or refusal.
  func awaits(_ tag: UInt64) -> Bool {
    tag >= firstTag && tag - firstTag < serials.count && serials[Int(tag - firstTag)] != nil
  }

  /// Handles a confirm or nack, and passes the number of each covered request to `body`.
  ///
  /// If `isMultiple` is false, the confirm or nack covers only the message with the delivery tag `tag`. If `isMultiple`
  /// is true, the confirm or nack also covers all earlier messages. If the tag is 0 as well, the confirm or nack covers
  /// all messages.
  mutating func settle(_ tag: UInt64, isMultiple: Bool, _ body: (_ serial: Int) -> Void = { _ in }) {
    let end = tag == 0 && isMultiple ? firstTag + UInt64(serials.count) : tag &+ 1
    guard end > firstTag, end - firstTag <= serials.count else { return }
    let last = Int(end - firstTag) - 1
    for place in (isMultiple ? 0 : last)..<(last + 1) {
      if let serial = serials[place] { body(serial) }
      serials[place] = nil
    }
    while let first = serials.first, first == nil {
      serials.removeFirst()
      firstTag += 1
    }
  }
}
