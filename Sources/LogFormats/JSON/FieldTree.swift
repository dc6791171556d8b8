internal import AuditModel
internal import WireFormat

/// The members of an event that a dialect's mapping reads, by path, to find all of them in one
/// pass over the scanned record.
///
/// Made once for the life of the process as a static value; its memory is never given back.
struct FieldTree: @unchecked Sendable {
    /// One name of a path: below which step, and which step it leads to.
    private struct Edge {
        var hash: UInt32 = 0
        var parent: UInt16 = 0
        /// 0 for a free slot.
        var step: UInt16 = 0
        var name: Int32 = 0
    }

    /// The most names in one path.
    static let longestPath = 8

    private let edges: UnsafeMutablePointer<Edge>
    private let mask: Int
    private let names: NameTable
    /// By step: the field that ends there, or -1; whether paths go on below it.
    private let fields: UnsafeMutablePointer<Int16>
    private let goesOn: UnsafeMutablePointer<Bool>
    /// The number of fields.
    let count: Int

    /// - Parameter paths: for every field, in the order of the fields, the names from the event
    ///   inwards, joined by dots; other paths of the same field, by which older or exported
    ///   records name it, after `|`.
    init(_ paths: [String]) {
        self.init(
            names: paths.map { alternatives in
                alternatives.split(separator: "|").map { path in
                    path.split(separator: ".").map(String.init)
                }
            })
    }

    /// - Parameter paths: the same as lists of names, which may hold any character.
    init(names paths: [[[String]]]) {
        count = paths.count
        var builder = Builder()
        for (field, alternatives) in paths.enumerated() {
            for path in alternatives { builder.add(path, field: field) }
        }
        names = NameTable(builder.names)
        fields = .allocate(capacity: builder.fields.count)
        fields.initialize(repeating: -1, count: builder.fields.count)
        goesOn = .allocate(capacity: builder.fields.count)
        goesOn.initialize(repeating: false, count: builder.fields.count)
        var size = 16
        while size < builder.edges.count * 4 { size *= 2 }
        mask = size - 1
        edges = .allocate(capacity: size)
        edges.initialize(repeating: Edge(), count: size)
        for (step, field) in builder.fields.enumerated() { fields[step] = Int16(field) }
        for edge in builder.edges { insert(edge) }
    }

    private func insert(_ edge: Builder.Edge) {
        let hash = KeyHash.of(names.name(edge.name))
        goesOn[edge.parent] = true
        var slot = Self.slot(hash, edge.parent) & mask
        while edges[slot].step != 0 { slot = (slot + 1) & mask }
        edges[slot] = Edge(
            hash: hash, parent: UInt16(edge.parent), step: UInt16(edge.step),
            name: Int32(edge.name))
    }

    @inline(__always)
    private static func slot(_ hash: UInt32, _ parent: Int) -> Int {
        Int(hash &+ UInt32(truncatingIfNeeded: parent) &* 0x9E37_79B9)
    }

    /// The step that a member's name leads to; 0 if no path has it.
    @inline(__always)
    private func step(
        from parent: Int, _ key: UnsafeRawBufferPointer, _ hash: UInt32
    ) -> Int {
        var slot = Self.slot(hash, parent) & mask
        while edges[slot].step != 0 {
            let edge = edges[slot]
            if edge.hash == hash, Int(edge.parent) == parent,
                RawBytes.equal(names.name(Int(edge.name)), key)
            {
                return Int(edge.step)
            }
            slot = (slot &+ 1) & mask
        }
        return 0
    }

    private func isObject(_ node: Int32, _ document: borrowing JSONDocument) -> Bool {
        document[Int(node)].kind == .object
    }

    /// See ``FieldFinder/find(in:_:)``.
    ///
    /// - Parameters:
    ///   - found: room for ``count`` nodes; gets the node of every field, or -1.
    ///   - steps: room for ``longestPath`` numbers and one more.
    @inline(__always)
    fileprivate func find(
        in document: borrowing JSONDocument, _ root: Int,
        _ found: UnsafeMutablePointer<Int32>, _ steps: UnsafeMutablePointer<Int>
    ) {
        found.update(repeating: -1, count: count)
        let outside = Int(document[root].depth) &+ 1
        let end = Int(document[root].next)
        steps[0] = 0
        var index = root &+ 1
        while index < end {
            let node = document[index]
            let level = Int(node.depth) &- outside
            let step = step(from: steps[level], document.key(node), node.keyHash)
            let field = Int(fields[step])
            if step > 0, field >= 0, node.kind != .null,
                found[field] < 0 || (node.kind != .object && isObject(found[field], document))
            {
                found[field] = Int32(truncatingIfNeeded: index)
            }
            if step > 0, goesOn[step], node.kind == .object {
                steps[level &+ 1] = step
                index &+= 1
            } else {
                index = Int(node.next)
            }
        }
    }
}

/// Finds the fields of one object after another.
struct FieldFinder: ~Copyable {
    private let tree: FieldTree
    private let found: UnsafeMutablePointer<Int32>
    private let steps: UnsafeMutablePointer<Int>

    init(_ tree: FieldTree) {
        self.tree = tree
        found = .allocate(capacity: tree.count)
        found.initialize(repeating: -1, count: tree.count)
        steps = .allocate(capacity: FieldTree.longestPath + 1)
        steps.initialize(repeating: 0, count: FieldTree.longestPath + 1)
    }

    deinit {
        found.deallocate()
        steps.deallocate()
    }

    /// Finds the fields of one object. Null counts as absent; of several paths of a field the first
    /// in the record wins, but for an object, which gives way to anything else.
    @inline(__always)
    mutating func find(in document: borrowing JSONDocument, _ root: Int) {
        tree.find(in: document, root, found, steps)
    }

    /// The node of a field; -1 where it is absent.
    @inline(__always)
    subscript<Field: RawRepresentable<Int>>(field: Field) -> Int { Int(found[field.rawValue]) }
}

extension FieldTree {
    /// Paths being taken apart. Step 0 is the event itself.
    private struct Builder {
        struct Edge {
            var parent: Int
            var step: Int
            var name: Int
        }

        var names: [String] = []
        var edges: [Edge] = []
        var fields = [-1]

        mutating func add(_ path: [String], field: Int) {
            var step = 0
            for name in path.prefix(FieldTree.longestPath) {
                step = self.step(from: step, name)
            }
            fields[step] = field
        }

        private mutating func step(from parent: Int, _ name: String) -> Int {
            let known = names.firstIndex(of: name)
            if let known,
                let edge = edges.first(where: { $0.parent == parent && $0.name == known })
            {
                return edge.step
            }
            if known == nil { names.append(name) }
            fields.append(-1)
            edges.append(
                Edge(parent: parent, step: fields.count - 1, name: known ?? names.count - 1))
            return fields.count - 1
        }
    }
}
