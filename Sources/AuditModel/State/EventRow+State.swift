extension IPAddress: StateRecord {
    @inlinable public static var blank: IPAddress { .none }

    /// The fields, in the order of their declaration.
    @inlinable
    public mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.record(&bits)
    }
}

extension GeoPoint: StateRecord {
    @inlinable public static var blank: GeoPoint { GeoPoint(trusted: 0, 0, 0) }

    /// The fields, in the order of their declaration.
    @inlinable
    public mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&latitude)
        fields.field(&longitude)
        fields.field(&radiusKm)
        fields.require(
            GeoPoint(latitude: latitude, longitude: longitude, radiusKm: radiusKm) != nil)
    }
}

extension EventRow: StateRecord {
    public static var blank: EventRow { EventRow() }

    /// The fields, in the order of their declaration.
    public mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&time)
        fields.field(&precision)
        fields.field(&kind)
        fields.field(&effects)
        fields.field(&outcome)
        fields.field(&reason)
        fields.field(&ipRole)
        fields.field(&flags)
        fields.record(&id)
        fields.record(&session)
        fields.record(&family)
        fields.record(&grant)
        fields.record(&presented)
        fields.record(&issuedRefresh)
        fields.record(&issuedAccess)
        fields.record(&code)
        fields.record(&proofKey)
        fields.record(&request)
        fields.record(&ip)
        visitCodes(&fields)
        fields.field(&asn)
        fields.field(&country)
        fields.field(&generation)
        fields.field(&at)
    }

    private mutating func visitCodes<Fields: StateFields>(_ fields: inout Fields) {
        fields.code(&dialect)
        fields.code(&source)
        fields.code(&issuer)
        fields.code(&tenant)
        fields.code(&client)
        fields.code(&subject)
        fields.code(&grantType)
        fields.code(&scopes)
        fields.code(&audience)
        fields.code(&userAgent)
        fields.code(&device)
        fields.code(&tls)
        fields.code(&reasonRaw)
        fields.code(&vendorType)
        fields.code(&city)
        fields.code(&place)
        fields.code(&network)
        fields.code(&leaked)
    }
}
