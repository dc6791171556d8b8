/// What a ``Heap`` holds.
protocol HeapElement {
    associatedtype Key: Comparable
    /// The element of the least key comes first. Stored, so that comparing costs nothing else.
    var key: Key { get }
}

/// A binary heap: the element of the least key is at hand, the others wait.
struct Heap<Element: HeapElement> {
    /// In the order of the heap.
    private(set) var elements: [Element] = []

    var count: Int { elements.count }
    var first: Element? { elements.first }

    /// The key that would be first without the first element.
    var secondKey: Element.Key? {
        if elements.count > 2 { return min(elements[1].key, elements[2].key) }
        return elements.count == 2 ? elements[1].key : nil
    }

    mutating func insert(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard elements[child].key < elements[parent].key else { return }
            elements.swapAt(child, parent)
            child = parent
        }
    }

    /// Puts another element in the place of the first one. The heap is not empty.
    mutating func replaceFirst(with element: Element) {
        elements[0] = element
        siftDown()
    }

    /// The heap is not empty.
    mutating func removeFirst() {
        let last = elements.removeLast()
        if !elements.isEmpty { replaceFirst(with: last) }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < elements.count else { return }
            if child + 1 < elements.count, elements[child + 1].key < elements[child].key {
                child += 1
            }
            guard elements[child].key < elements[parent].key else { return }
            elements.swapAt(parent, child)
            parent = child
        }
    }
}
