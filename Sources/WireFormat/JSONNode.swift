public import AuditModel

/// One value of a JSON document, in the order of the text (preorder).
///
/// Key and value are slices; read them through ``JSONDocument/key(_:)`` and
/// ``JSONDocument/value(_:)``, which know whether they lie in the input or were decoded.
public struct JSONNode: Sendable, BitwiseCopyable {
    /// The type of a JSON value.
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        case null = 0
        case bool, number, string, array, object
    }

    @usableFromInline var keyStart: UInt32 = 0
    @usableFromInline var keyCount: UInt32 = 0
    @usableFromInline var valueStart: UInt32 = 0
    @usableFromInline var valueCount: UInt32 = 0
    /// The index of the first node after this one's subtree: its next sibling, if it has one.
    public var next: UInt32 = 0
    /// ``KeyHash`` of the decoded key; 0 for elements of arrays.
    public var keyHash: UInt32 = 0
    public var kind: Kind = .null
    /// The number of containers around this value.
    public var depth: UInt8 = 0
    @usableFromInline var keyIsDecoded = false
    @usableFromInline var valueIsDecoded = false
}

/// What a reader accepts before it gives up.
public struct JSONLimits: Sendable {
    /// How many containers may be open at once, 1 to 255.
    public var maximumDepth: Int
    /// The longest document in bytes.
    public var maximumLength: Int

    public init(maximumDepth: Int = 64, maximumLength: Int = 1 << 24) {
        self.maximumDepth = min(max(maximumDepth, 1), 255)
        self.maximumLength = min(maximumLength, Int(UInt32.max) - 1024)
    }
}

/// Why a text is no JSON document (RFC 8259), and where.
public struct JSONError: Error, Sendable, Equatable {
    public var code: IssueCode
    /// Bytes from the start of the document.
    public var offset: Int

    public init(_ code: IssueCode, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}

/// A fast 32-bit mix of a name, to find it in a table. In memory only, never persisted.
public enum KeyHash {
    /// - Parameter bytes: at least 8 bytes must be readable from here, whatever `count` is.
    @inlinable @inline(__always)
    public static func of(padded bytes: UnsafeRawPointer, count: Int) -> UInt32 {
        let first = bytes.loadUnaligned(as: UInt64.self)
        if count >= 8 {
            return mix(
                first, bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self), count)
        }
        return mix(first & ((1 &<< UInt64(truncatingIfNeeded: count &* 8)) &- 1), 0, count)
    }

    /// The same without reading beyond `bytes`.
    public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        if bytes.count >= 8, let base = bytes.baseAddress {
            return of(padded: base, count: bytes.count)
        }
        var first: UInt64 = 0
        for (index, byte) in bytes.enumerated() { first |= UInt64(byte) << UInt64(index * 8) }
        return mix(first, 0, bytes.count)
    }

    @usableFromInline @inline(__always)
    static func mix(_ first: UInt64, _ last: UInt64, _ count: Int) -> UInt32 {
        let turned = (last &<< 29) | (last &>> 35)
        let word = (first ^ turned ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: (word ^ (word &>> 29)) &>> 24)
    }
}
