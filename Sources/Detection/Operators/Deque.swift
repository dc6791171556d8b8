/// Values in the order they came, dropped from the front as they leave a window.
struct Deque<Element: BitwiseCopyable & Sendable>: Sendable {
    var elements: ContiguousArray<Element> = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Element? { isEmpty ? nil : elements[head] }
    var last: Element? { isEmpty ? nil : elements[elements.count - 1] }

    subscript(index: Int) -> Element { elements[head + index] }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func removeFirst() {
        head += 1
        // Moving half of the array at most once per element keeps the cost per element constant.
        if head > 16, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
    }

    mutating func remove(at index: Int) {
        if index == 0 { removeFirst() } else { elements.remove(at: head + index) }
    }

    mutating func removeAll() {
        elements.removeAll(keepingCapacity: true)
        head = 0
    }

    mutating func removeFirst(while condition: (Element) -> Bool) {
        while let first, condition(first) { removeFirst() }
    }

    /// All elements, oldest first.
    var all: ArraySlice<Element> { ArraySlice(elements[head...]) }
}
