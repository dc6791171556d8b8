internal import AuditModel
internal import WireFormat

/// The fields of a Keycloak event that the mapping knows. All others go to the payload.
enum KeycloakField: Int, CaseIterable {
    // The event's own members; in text they come before the details.
    case type = 0
    case id, time, realmId, realmName, clientId, userId, sessionId, ipAddress, error
    // Those of admin events, and who acted.
    case operationType, resourceType, resourcePath, representation
    case authRealmId, authRealmName, authClientId, authUserId, authIpAddress, authSessionId
    // Members of `details`.
    case reason, tokenID, refreshTokenID, updatedRefreshTokenID, refreshTokenType
    case refreshTokenSubject, codeID, grantType, scope, audience, responseType, revokedClient
    case userAgent, code, refreshToken, token

    /// The names as written, by raw value.
    static let names = [
        "type", "id", "time", "realmId", "realmName", "clientId", "userId", "sessionId",
        "ipAddress", "error",
        "operationType", "resourceType", "resourcePath", "representation", "authRealmId",
        "authRealmName", "authClientId", "authUserId", "authIpAddress", "authSessionId",
        "reason", "token_id", "refresh_token_id", "updated_refresh_token_id", "refresh_token_type",
        "refresh_token_sub", "code_id", "grant_type", "scope", "audience", "response_type",
        "revoked_client", "user_agent", "code", "refresh_token", "token",
    ]

    static let table = NameTable(names)

    /// Fields below this one are the event's own members.
    static let firstDetail = KeycloakField.reason.rawValue
}

/// The fields of the event being decoded, as slices of its record.
///
/// A field that the mapping has put into a column is *taken*; what is left goes to the payload.
struct KeycloakFields: ~Copyable {
    private let slots: UnsafeMutablePointer<UnsafeRawBufferPointer>
    private var present: UInt64 = 0
    private var taken: UInt64 = 0

    init() {
        slots = .allocate(capacity: KeycloakField.allCases.count)
        slots.initialize(
            repeating: UnsafeRawBufferPointer(start: nil, count: 0),
            count: KeycloakField.allCases.count)
    }

    deinit { slots.deallocate() }

    mutating func removeAll() {
        present = 0
        taken = 0
    }

    /// Sets a field that is not there yet; false if it is.
    @inline(__always)
    mutating func set(_ index: Int, _ value: UnsafeRawBufferPointer) -> Bool {
        let bit: UInt64 = 1 &<< UInt64(index)
        if present & bit != 0 { return false }
        present |= bit
        slots[index] = value
        return true
    }

    /// Marks a field as seen and absent, so that no later one of its name counts.
    @inline(__always)
    mutating func setAbsent(_ index: Int) -> Bool {
        let isFirst = set(index, UnsafeRawBufferPointer(start: nil, count: 0))
        if isFirst { taken |= 1 &<< UInt64(index) }
        return isFirst
    }

    /// Moves the text of one field to another that has none.
    mutating func move(_ field: KeycloakField, to other: KeycloakField) {
        guard let value = text(field), text(other) == nil else { return }
        present |= 1 &<< UInt64(other.rawValue)
        taken &= ~(1 &<< UInt64(other.rawValue))
        slots[other.rawValue] = value
        taken |= 1 &<< UInt64(field.rawValue)
        slots[field.rawValue] = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Replaces the text of a field that is there.
    mutating func replace(_ field: KeycloakField, _ value: UnsafeRawBufferPointer) {
        slots[field.rawValue] = value
    }

    /// Forgets a field for good.
    mutating func drop(_ field: KeycloakField) {
        let bit: UInt64 = 1 &<< UInt64(field.rawValue)
        present |= bit
        taken |= bit
        slots[field.rawValue] = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// The text of a field; nil when it is absent or empty.
    @inline(__always)
    func text(_ field: KeycloakField) -> UnsafeRawBufferPointer? {
        let bit: UInt64 = 1 &<< UInt64(field.rawValue)
        guard present & bit != 0 else { return nil }
        let value = slots[field.rawValue]
        return value.isEmpty ? nil : value
    }

    /// The text of a field, which a column holds from now on.
    @inline(__always)
    mutating func take(_ field: KeycloakField) -> UnsafeRawBufferPointer? {
        let value = text(field)
        taken |= 1 &<< UInt64(field.rawValue)
        return value
    }

    /// Adds the fields that no column holds to a payload.
    mutating func addLeft(to payload: inout PayloadBuilder) {
        var left = present & ~taken
        while left != 0 {
            let index = left.trailingZeroBitCount
            payload.add(KeycloakField.table.name(index), slots[index])
            left &= left &- 1
        }
    }
}
