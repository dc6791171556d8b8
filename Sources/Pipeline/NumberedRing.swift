/// Elements under consecutive numbers, of which the oldest are dropped and new ones appended.
struct NumberedRing<Element: BitwiseCopyable> {
    private var slots: ContiguousArray<Element> = []
    /// A power of two.
    private(set) var capacity: Int
    /// The number of the oldest element.
    private(set) var first = 0
    /// The number that the next element gets.
    private(set) var end = 0

    var count: Int { end - first }

    init(capacity: Int = 1024) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "not a power of two")
        self.capacity = capacity
    }

    /// Gives the first element of an empty ring its number.
    mutating func start(at number: Int) {
        precondition(count == 0, "numbers were given")
        (first, end) = (number, number)
        slots.removeAll(keepingCapacity: true)
    }

    subscript(number: Int) -> Element {
        get { slots[number & (capacity - 1)] }
        set { slots[number & (capacity - 1)] = newValue }
    }

    mutating func append(_ element: Element) {
        if count == capacity { grow() }
        fill(with: element)
        slots[end & (capacity - 1)] = element
        end += 1
    }

    mutating func drop(before number: Int) { first = min(max(first, number), end) }

    /// Nothing is stored before there is an element to fill the room with.
    private mutating func fill(with element: Element) {
        if slots.isEmpty { slots = ContiguousArray(repeating: element, count: capacity) }
    }

    private mutating func grow() {
        let old = self
        capacity *= 2
        slots = []
        for number in old.first..<old.end {
            fill(with: old[number])
            slots[number & (capacity - 1)] = old[number]
        }
    }
}
