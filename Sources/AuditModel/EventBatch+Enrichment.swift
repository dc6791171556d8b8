/// What a stage after decoding may fill in. Rows that do not exist are left alone.
extension EventBatch {
    /// Sets the text code of one row; the code belongs to ``pool``.
    public mutating func setCode(_ column: CodedColumn, _ row: Int, _ code: UInt32) {
        guard row >= 0, row < count else { return }
        codes[column.rawValue * capacity + row] = code
    }

    /// Says of all rows whose they are; the code belongs to ``pool``.
    public mutating func assignTenant(_ code: UInt32) {
        for row in 0..<count {
            setCode(.tenant, row, code)
            flags[row].insert(.tenantAssigned)
        }
    }

    /// Adds effects to one row.
    public mutating func addEffects(_ more: EffectSet, row: Int) {
        guard row >= 0, row < count else { return }
        effects[row].formUnion(more)
    }

    /// Sets the autonomous system of one row; 0 when unknown.
    public mutating func setASN(_ number: UInt32, row: Int) {
        guard row >= 0, row < count else { return }
        asn[row] = number
    }

    /// Sets the country of one row as ``EventRow/country`` holds it; 0 when unknown.
    public mutating func setCountry(_ letters: UInt16, row: Int) {
        guard row >= 0, row < count else { return }
        country[row] = letters
    }

    /// Sets whose address one row holds.
    public mutating func setIPRole(_ role: IPRole, row: Int) {
        guard row >= 0, row < count else { return }
        ipRole[row] = role
    }

    /// Says which of two times with one local time one row means.
    ///
    /// - Parameter time: nanoseconds since 1970 UTC.
    public mutating func settleTime(_ time: Int64, row: Int) {
        guard row >= 0, row < count else { return }
        self.time[row] = time
        flags[row].remove(.timeAmbiguous)
    }
}
