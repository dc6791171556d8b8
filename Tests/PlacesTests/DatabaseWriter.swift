import AuditModel
import Foundation
import Testing

/// A value of a MaxMind DB file.
indirect enum DatabaseValue {
    case text(String)
    case double(Double)
    case float(Float)
    case short(UInt16)
    case word(UInt32)
    case long(UInt64)
    case truth(Bool)
    case map([(String, DatabaseValue)])
    case array([DatabaseValue])

    var bytes: [UInt8] {
        switch self {
        case .text(let text): control(2, text.utf8.count) + Array(text.utf8)
        case .double(let value): control(3, 8) + big(value.bitPattern)
        case .float(let value): control(15, 4) + big(value.bitPattern)
        case .short(let value): control(5, 2) + big(value)
        case .word(let value): control(6, 4) + big(value)
        case .long(let value): control(9, 8) + big(value)
        case .truth(let value): control(14, value ? 1 : 0)
        case .map(let members):
            control(7, members.count)
                + members.flatMap { DatabaseValue.text($0.0).bytes + $0.1.bytes }
        case .array(let values): control(11, values.count) + values.flatMap(\.bytes)
        }
    }

    /// Type and size before a value; sizes up to 284 are enough here.
    private func control(_ type: UInt8, _ size: Int) -> [UInt8] {
        let field = UInt8(min(size, 29))
        let head = type <= 7 ? [type << 5 | field] : [field, type - 7]
        return size < 29 ? head : head + [UInt8(size - 29)]
    }

    private func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}

/// Writes small MaxMind DB files: a tree of 24-bit records over 128 bits, IPv4 below ::/96.
struct DatabaseWriter {
    private enum Child {
        case none
        case node(Int)
        case data(Int)
    }

    var type = "Test-City"
    var build: UInt64 = 1_700_000_000
    private var nodes: [(left: Child, right: Child)] = [(.none, .none)]
    private var data: [UInt8] = []

    /// Prefixes must not overlap.
    mutating func add(_ prefix: String, _ value: DatabaseValue) throws {
        let parts = prefix.split(separator: "/")
        let address = try #require(IPAddress(String(parts[0])))
        var length = try #require(Int(parts[1]))
        var number = UInt128(address.bits.high) << 64 | UInt128(address.bits.low)
        if address.isIPv4 {
            number &= 0xFFFF_FFFF
            length += 96
        }
        let place = data.count
        data += value.bytes
        var node = 0
        for bit in 0..<length {
            let isRight = number >> UInt128(127 - bit) & 1 == 1
            if bit == length - 1 {
                set(.data(place), node, isRight)
                return
            }
            if case .node(let next) = isRight ? nodes[node].right : nodes[node].left {
                node = next
                continue
            }
            nodes.append((.none, .none))
            let next = nodes.count - 1
            set(.node(next), node, isRight)
            node = next
        }
    }

    private mutating func set(_ child: Child, _ node: Int, _ isRight: Bool) {
        if isRight { nodes[node].right = child } else { nodes[node].left = child }
    }

    var bytes: [UInt8] {
        var file: [UInt8] = []
        for node in nodes { file += record(node.left) + record(node.right) }
        file += [UInt8](repeating: 0, count: 16) + data
        file += [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
        return file
            + DatabaseValue.map([
                ("binary_format_major_version", .short(2)),
                ("binary_format_minor_version", .short(0)), ("build_epoch", .long(build)),
                ("database_type", .text(type)), ("description", .map([("en", .text("test"))])),
                ("ip_version", .short(6)), ("languages", .array([.text("en")])),
                ("node_count", .word(UInt32(nodes.count))), ("record_size", .short(24)),
            ]).bytes
    }

    private func record(_ child: Child) -> [UInt8] {
        let value =
            switch child {
            case .none: nodes.count
            case .node(let index): index
            case .data(let offset): nodes.count + 16 + offset
            }
        return [UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }
}
