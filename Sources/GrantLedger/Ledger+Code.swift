internal import AuditModel

// The code machine: issued -> redeemed -> (presented again). A code is for one use: RFC 6749
// §4.1.2.

/// One authorization code, by its id or by its fingerprint.
struct CodeRecord: Sendable, BitwiseCopyable {
    var id: ID128
    var redeemed: Redemption = .none
}

extension Ledger {
    /// Folds in an event that names an authorization code.
    ///
    /// - Returns: whether the code was presented after it had been redeemed.
    mutating func foldCode(_ event: EventRow, _ transition: inout Transition) -> Bool {
        if event.code.isNone && event.kind != .codeReplayed {
            return foldNamelessCode(event, &transition)
        }
        let name = Self.code(event)
        let known = findCode(name)
        if event.kind == .codeRedeemed, event.outcome == .success {
            let index = known ?? addCode(name)
            if codes[index].redeemed.isNone {
                codes[index].redeemed = Redemption(event)
                return false
            }
        } else if event.kind == .codeIssued {
            if known == nil, !name.isNone { _ = addCode(name) }
            return false
        }
        let first = known.map { codes[$0].redeemed } ?? .none
        guard !first.isNone || event.kind == .codeReplayed else { return false }
        describe(first, event, &transition)
        return true
    }

    /// No code lives longer (RFC 6749 §4.1.2).
    private static let longestCodeLife: Int64 = 600_000_000_000

    /// Folds in an event of a server that writes no id of codes: a code that is refused for no
    /// other reason, soon after the same session redeemed one at the same client, is that one.
    private mutating func foldNamelessCode(
        _ event: EventRow, _ transition: inout Transition
    ) -> Bool {
        guard !event.session.isNone else { return false }
        let name = Self.sessionCode(event)
        if event.kind == .codeRedeemed, event.outcome == .success {
            let index = findCode(name) ?? addCode(name)
            codes[index].redeemed = Redemption(event)
            return false
        }
        let isUnexplained = event.reason == .unspecified || event.reason == .consumed
        guard event.kind == .codeRejected, isUnexplained, let index = findCode(name) else {
            return false
        }
        let first = codes[index].redeemed
        guard event.time.since(first.time) <= Self.longestCodeLife else { return false }
        describe(first, event, &transition)
        return true
    }

    /// Stands in for the id of the code that a session redeemed last at a client.
    private static func sessionCode(_ event: EventRow) -> ID128 {
        ID128(
            high: event.session.high ^ UInt64(event.client) << 32 ^ UInt64(event.assignedTenant),
            low: event.session.low ^ UInt64(event.issuer) ^ 0x636F_6465)
    }

    /// The id of a code, which tenants do not share.
    private static func code(_ event: EventRow) -> ID128 {
        if event.code.isNone || event.assignedTenant == 0 { return event.code }
        return ID128(
            high: event.code.high ^ UInt64(event.assignedTenant) &* 0x9E37_79B9_7F4A_7C15,
            low: event.code.low)
    }

    private func describe(_ first: Redemption, _ event: EventRow, _ transition: inout Transition) {
        transition = Transition()
        transition.facts = .codeReplayed
        if let family = findFamily(event) {
            transition.family = family
            transition.familySerial = families[family].serial
            transition.isBorn = families[family].isBorn
            transition.describe(families[family], event)
        }
        transition.lineageRoot = event.id
        transition.first = first
        transition.second = Redemption(event)
        transition.isRefused = event.outcome != .success
        transition.isAsserted = event.kind == .codeReplayed
        guard !first.isNone else { return }
        transition.replayGap = event.time.since(first.time)
        transition.sameNetwork = first.presenter.sharesNetwork(with: transition.second.presenter)
    }

    private func findCode(_ code: ID128) -> Int? {
        if code.isNone { return nil }
        var walk = codeTable.walk(Self.codeHash(code))
        while let index = codeTable.next(&walk) {
            if codes[index].id == code { return index }
        }
        return nil
    }

    private mutating func addCode(_ code: ID128) -> Int {
        let index = codes.add(CodeRecord(id: code)) { index, old in
            codeTable.remove(Self.codeHash(old.id), index)
        }
        codeTable.insert(Self.codeHash(code), index)
        return index
    }

    private static func codeHash(_ code: ID128) -> UInt32 {
        UInt32(truncatingIfNeeded: code.tableHash >> 32)
    }
}
