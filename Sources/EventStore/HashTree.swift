internal import AuditModel

/// The Merkle tree of RFC 6962 §2.1 over block images, kept as the roots of its full subtrees.
struct HashTree {
    /// Roots of full subtrees, largest first, with the number of leaves each covers.
    private var subtrees: [(root: [UInt8], leaves: Int)] = []

    /// What precedes the first link of a chain.
    static let zero = [UInt8](repeating: 0, count: 32)

    /// SHA-256(0x01 ‖ left ‖ right).
    static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        sha256([0x01] + left + right)
    }

    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { IdentityHash.sha256($0) }
    }

    mutating func append(_ leaf: [UInt8]) {
        var root = leaf
        var leaves = 1
        while let last = subtrees.last, last.leaves == leaves {
            root = Self.node(last.root, root)
            leaves *= 2
            subtrees.removeLast()
        }
        subtrees.append((root, leaves))
    }

    /// The root over all leaves, and one more if given. SHA-256 of nothing when there are none.
    func root(with tail: [UInt8]?) -> [UInt8] {
        var tree = self
        if let tail { tree.append(tail) }
        guard var root = tree.subtrees.last?.root else { return Self.sha256([]) }
        for subtree in tree.subtrees.dropLast().reversed() {
            root = Self.node(subtree.root, root)
        }
        return root
    }
}

/// Bytes as lower-case hexadecimal text.
func hexText(_ bytes: some Sequence<UInt8>) -> String {
    let alphabet = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(alphabet[Int(byte >> 4)])
        text.append(alphabet[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
