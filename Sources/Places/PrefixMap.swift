internal import AuditModel

/// Values by prefix, the longest prefix wins: sorted borders of ranges, found by halving.
struct PrefixMap: Sendable {
    private struct Borders: Sendable {
        /// Where each range starts; the first starts at 0.
        var starts: ContiguousArray<UInt128> = [0]
        /// The value of each range; -1 for none.
        var values: ContiguousArray<Int32> = [-1]

        func value(at point: UInt128) -> Int? {
            var low = 0
            var high = starts.count
            while high - low > 1 {
                let middle = (low + high) / 2
                if starts[middle] <= point { low = middle } else { high = middle }
            }
            return values[low] < 0 ? nil : Int(values[low])
        }
    }

    // An IPv6 range that spans the mapped addresses, such as ::/0, does not mean IPv4.
    private let v4: Borders
    private let v6: Borders

    /// - Parameter prefixes: each prefix once; its value is its index.
    init(_ prefixes: [IPPrefix]) {
        let numbered = Array(prefixes.enumerated())
        v4 = Self.borders(numbered.filter { $0.element.first.isIPv4 })
        v6 = Self.borders(numbered.filter { !$0.element.first.isIPv4 })
    }

    /// The index of the longest prefix that holds an address.
    func index(of address: IPAddress) -> Int? {
        (address.isIPv4 ? v4 : v6).value(at: address.value)
    }

    private static func borders(
        _ prefixes: [(offset: Int, element: IPPrefix)]
    ) -> Borders {
        // Prefixes nest or lie apart: in this order an outer one comes before those it holds.
        let sorted = prefixes.sorted {
            ($0.element.bits, $0.element.length) < ($1.element.bits, $1.element.length)
        }
        var borders = Borders()
        var open: [(last: UInt128, value: Int32)] = []
        func close(before point: UInt128?) {
            while let inner = open.last, point.map({ inner.last < $0 }) ?? true {
                open.removeLast()
                if inner.last < .max { add(inner.last + 1, open.last?.value ?? -1) }
            }
        }
        func add(_ start: UInt128, _ value: Int32) {
            if borders.starts.last == start {
                borders.values[borders.values.count - 1] = value
            } else {
                borders.starts.append(start)
                borders.values.append(value)
            }
        }
        for (index, prefix) in sorted {
            close(before: prefix.bits)
            add(prefix.bits, Int32(truncatingIfNeeded: index))
            open.append((prefix.last, Int32(truncatingIfNeeded: index)))
        }
        close(before: nil)
        return borders
    }
}
