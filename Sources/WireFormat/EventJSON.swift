public import AuditModel

/// An event as public JSON: one object, absent fields left out, keys in the order of
/// `docs/EVENTS.md`.
public enum EventJSON {
    /// Appends row `row` as one JSON value.
    ///
    /// - Parameter pool: what the batch's codes mean: its own pool, or the store's after interning.
    public static func append(
        _ batch: EventBatch, row: Int, pool: StringPool, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("id", batch.id(.event, row).hex)
        writer.member("time", time: batch.time[row], precision: batch.precision[row])
        writer.member("kind", batch.kind[row].name)
        writer.member("effects", batch.effects[row].names)
        if batch.outcome[row] != .unknown { writer.member("outcome", batch.outcome[row].name) }
        if batch.reason[row] != .none { writer.member("reason", batch.reason[row].name) }
        coded("reason_raw", .reasonRaw)
        coded("issuer", .issuer)
        coded("tenant", .tenant)
        coded("client", .client)
        coded("subject", .subject)
        writer.member("session", batch.text(.session, row: row))
        writer.member("grant", batch.text(.grant, row: row))
        writer.member("family", batch.text(.family, row: row))
        if batch.generation[row] >= 0 {
            writer.member("generation", Int64(batch.generation[row]))
        }
        writer.member("presented", batch.text(.presented, row: row))
        appendIssued(batch, row, &writer)
        writer.member("code", batch.text(.code, row: row))
        coded("grant_type", .grantType)
        appendScopes(batch.code(.scopes, row), pool, &writer)
        coded("audience", .audience)
        appendOrigin(batch, row, pool, &writer)
        coded("vendor_type", .vendorType)
        appendFlags(batch.flags[row], &writer)
        coded("leaked", .leaked)
        coded("dialect", .dialect)
        appendSource(batch, row, pool, &writer)
        appendDetails(batch, row, &writer)
        writer.endObject()

        func coded(_ key: String, _ column: CodedColumn) {
            Self.member(key, batch.code(column, row), pool, &writer)
        }
    }

    private static func member(
        _ key: String, _ code: UInt32, _ pool: StringPool, _ writer: inout JSONWriter
    ) {
        if code == 0 { return }
        writer.key(key)
        pool.withBytes(of: code) { writer.string($0) }
    }

    private static func appendIssued(
        _ batch: EventBatch, _ row: Int, _ writer: inout JSONWriter
    ) {
        let tokens = [
            ("refresh", batch.text(.issuedRefresh, row: row)),
            ("access", batch.text(.issuedAccess, row: row)),
        ]
        guard tokens.contains(where: { $0.1 != nil }) else { return }
        writer.key("issued")
        writer.beginArray()
        for case (let type, let id?) in tokens {
            writer.beginObject()
            writer.member("type", type)
            writer.member("id", id)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func appendScopes(
        _ code: UInt32, _ pool: StringPool, _ writer: inout JSONWriter
    ) {
        if code == 0 { return }
        writer.member("scopes", pool.text(code).split(separator: " ").map(String.init))
    }

    /// Address, place and device.
    private static func appendOrigin(
        _ batch: EventBatch, _ row: Int, _ pool: StringPool, _ writer: inout JSONWriter
    ) {
        writer.member("ip", batch.text(.ip, row: row))
        if batch.ipRole[row] != .unknown { writer.member("ip_role", batch.ipRole[row].name) }
        if batch.asn[row] != 0 { writer.member("asn", Int64(batch.asn[row])) }
        let country = batch.country[row]
        let city = batch.code(.city, row)
        let point = batch.code(.place, row)
        if country != 0 || city != 0 || point != 0 {
            writer.key("place")
            writer.beginObject()
            if country != 0 { writer.member("country", countryText(country)) }
            member("city", city, pool, &writer)
            if point != 0 { appendPoint(pool.text(point), &writer) }
            writer.endObject()
        }
        member("network", batch.code(.network, row), pool, &writer)
        member("user_agent", batch.code(.userAgent, row), pool, &writer)
        member("device", batch.code(.device, row), pool, &writer)
        member("tls", batch.code(.tls, row), pool, &writer)
        writer.member("proof_key", batch.text(.proofKey, row: row))
        writer.member("request", batch.text(.request, row: row))
    }

    private static func appendPoint(_ text: String, _ writer: inout JSONWriter) {
        guard let point = GeoPoint(text: text) else { return }
        writer.key("lat")
        writer.hundredths(point.latitude)
        writer.key("lon")
        writer.hundredths(point.longitude)
        writer.member("radius_km", Int64(point.radiusKm))
    }

    private static func countryText(_ country: UInt16) -> String {
        String(
            decoding: [UInt8(country >> 8), UInt8(truncatingIfNeeded: country)], as: UTF8.self)
    }

    private static func appendFlags(_ flags: EventFlags, _ writer: inout JSONWriter) {
        let names: [(EventFlags, String)] = [
            (.asserted, "asserted"), (.timeZoneAssumed, "time_zone_assumed"),
            (.timeAmbiguous, "time_ambiguous"), (.positionalID, "positional_id"),
            (.offline, "offline"),
            (.tenantAssigned, "tenant_assigned"),
        ]
        for (flag, name) in names where flags.contains(flag) {
            writer.key(name)
            writer.bool(true)
        }
    }

    private static func appendSource(
        _ batch: EventBatch, _ row: Int, _ pool: StringPool, _ writer: inout JSONWriter
    ) {
        writer.key("source")
        writer.beginObject()
        member("name", batch.code(.source, row), pool, &writer)
        writer.member("at", batch.at[row])
        writer.endObject()
    }

    private static func appendDetails(
        _ batch: EventBatch, _ row: Int, _ writer: inout JSONWriter
    ) {
        batch.withPayload(row) { payload in
            if payload.isEmpty { return }
            writer.key("details")
            writer.raw(payload)
        }
    }
}
