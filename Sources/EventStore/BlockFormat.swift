internal import AuditModel

/// The fixed numbers of the block format, version 1. `docs/STORE-FORMAT.md` is the specification.
enum BlockFormat {
    static let magic: UInt32 = 0x4B42_5447
    static let version: UInt16 = 1
    /// The most events of a block, and the exact number of a sealed one.
    static let rows = 4096
    static let headerSize = 58
    /// The most bytes of all packed columns together.
    static let packedLimit = 1 << 30
    /// The longest payload of one event.
    static let payloadLimit = 1 << 17

    /// Column numbers.
    static let time: UInt8 = 1
    static let at: UInt8 = 2
    static let precision: UInt8 = 3
    static let kind: UInt8 = 4
    static let effects: UInt8 = 5
    static let outcome: UInt8 = 6
    static let reason: UInt8 = 7
    static let ipRole: UInt8 = 8
    static let flags: UInt8 = 9
    static let asn: UInt8 = 10
    static let country: UInt8 = 11
    static let generation: UInt8 = 12
    static let firstCode: UInt8 = 16
    static let firstID: UInt8 = 48
    static let payload: UInt8 = 64
    static let idTexts: UInt8 = 65

    static func number(_ column: CodedColumn) -> UInt8 { firstCode + UInt8(column.rawValue) }
    static func number(_ column: IDColumn) -> UInt8 { firstID + UInt8(column.rawValue) }

    enum Encoding: UInt8 {
        case constant = 1
        case planes, deltas, codes, freshIDs, localIDs, addresses, referencedIDs, texts, idTexts
    }

    /// How an id column is written; fixed by column.
    static func encoding(_ column: IDColumn) -> Encoding {
        switch column {
        case .event, .issuedRefresh, .issuedAccess: .freshIDs
        case .presented: .referencedIDs
        case .ip: .addresses
        case .session, .family, .grant, .code, .proofKey, .request: .localIDs
        }
    }

    /// One entry of the column directory.
    struct Entry {
        var column: UInt8
        var encoding: UInt8
        var packed: Int
        var raw: Int
    }
}

/// What a block says about itself before its columns.
struct BlockHeader: Equatable {
    /// Position of the first event.
    var position: UInt64
    var count: Int
    /// Codes of the dictionary in use after the block's last event, the absent one included.
    var dictionaryCount: UInt32
    /// The dictionary's chain after as many codes.
    var dictionaryHead: [UInt8]
}

/// Why bytes are no block.
struct BlockFault: Error, Equatable {
    let reason: String

    init(_ reason: StaticString) { self.reason = "\(reason)" }

    init(column: UInt8) { reason = "column \(column) cannot be decoded" }
}
