/// A queue of elements: first in, first out.
///
/// To save time, the queue frees the memory of many removed elements together.
struct Fifo<Element> {
  private var elements: [Element] = []
  private var head = 0

  var count: Int { elements.count - head }
  var isEmpty: Bool { head == elements.count }
  var first: Element? { isEmpty ? nil : elements[head] }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func removeFirst() {
    guard !isEmpty else { return }
    head += 1
    guard head == elements.count || head >= 1024 && head * 2 >= elements.count else { return }
    elements.removeSubrange(..<head)
    head = 0
  }

  /// The element at a position, counted from 0.
  subscript(place: Int) -> Element {
    get { elements[head + place] }
    set { elements[head + place] = newValue }
  }
}
