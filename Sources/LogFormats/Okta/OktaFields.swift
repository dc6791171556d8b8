/// The members of an Okta event that the mapping reads. All others go to the payload.
enum OktaField: Int, CaseIterable {
    case eventType, published, uuid, result, reason, actorID, actorType, actorName
    case clientID, address, userAgent, city, latitude, longitude, systemNumber
    case session, transaction, server, grantType, grantedScopes, requestedScopes, device
    case redirect, oldHash, targets

    /// Its paths, see ``FieldTree``. Some exports fold the names of the outer members.
    private var paths: String {
        switch self {
        case .eventType: "eventType|eventtype"
        case .published: "published"
        case .uuid: "uuid"
        case .result: "outcome.result"
        case .reason: "outcome.reason"
        case .actorID: "actor.id"
        case .actorType: "actor.type"
        case .actorName: "actor.alternateId"
        case .clientID: "client.id"
        case .address: "client.ipAddress"
        case .userAgent: "client.userAgent.rawUserAgent"
        case .city: "client.geographicalContext.city"
        case .latitude: "client.geographicalContext.geolocation.lat"
        case .longitude: "client.geographicalContext.geolocation.lon"
        case .systemNumber: "securityContext.asNumber|securitycontext.asNumber"
        case .session:
            "authenticationContext.externalSessionId|authenticationcontext.externalSessionId"
        case .transaction: "transaction.id"
        case .server: Self.debug("authorizationServer")
        case .grantType: Self.debug("grantType")
        case .grantedScopes: Self.debug("grantedScopes")
        case .requestedScopes: Self.debug("requestedScopes")
        case .device: Self.debug("dtHash")
        case .oldHash: Self.debug("oldRefreshTokenHash", "old_refresh_token_hash")
        case .redirect: Self.debug("redirectUri")
        case .targets: "target"
        }
    }

    private static func debug(_ names: String...) -> String {
        names.flatMap { ["debugContext.debugData.\($0)", "debugcontext.debugData.\($0)"] }
            .joined(separator: "|")
    }

    static let tree = FieldTree(allCases.map(\.paths))
}

/// The members of one element of `target` that the mapping reads.
enum OktaTargetField: Int, CaseIterable {
    case id, type, hash, subject, session

    static let tree = FieldTree([
        "id", "type", "detailEntry.hash", "detailEntry.subject", "detailEntry.externalSessionId",
    ])
}
