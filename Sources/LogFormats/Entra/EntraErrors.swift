internal import AuditModel

/// What the error codes of Entra's token service mean (`AADSTS…`, in sign-ins `status.errorCode`
/// and `resultType`).
///
/// By "Microsoft Entra authentication and authorization error codes" and the texts that the
/// service sends. ``EventKind/other`` stands for a failure of whatever was asked for, see
/// ``EntraRequest/failure(_:)``. A code that is not here is a failure with an unknown reason.
enum EntraErrors {
    static let table = TypeTable(
        interrupts + people + grants + clients + requests + policies + assertions + outages)

    /// The flow goes on: another factor, a confirmation, a login. No failure.
    private static let interrupts: [TypeTable.Group] = [
        .init(
            "16000 16001 16002 50058 50072 50074 50076 50078 50079 50085 50097 50125 50127 50129 "
                + "50135 50140 50143 50158 50168 50180 50187 50199 50203 51006 700020 90095 "
                + "1000002 9002341",
            .authnChallenged, .interrupted),
        // RFC 8628 §3.5: the device asks until somebody has typed the code.
        .init("70016", .deviceCodeRejected, .interrupted),
    ]

    /// Who the person is, and what the person knows or has.
    private static let people: [TypeTable.Group] = [
        .init("50126 50056 50064 50192 81009 81012", .authnFailed, .failure),
        .init("50055 50144 81010", .authnFailed, .failure, reason: .expired),
        .init("50053", .authnFailed, .failure, reason: .userDisabled),
        .init("50057 135011 130007", .other, .failure, reason: .userDisabled),
        .init(
            "50034 50014 50020 50059 50107 50128 50197 50208 51004 16003 90002 90072 90125",
            .authnFailed, .failure, reason: .notFound),
        .init("500121 50086 50087", .mfaFailed, .failure),
        .init("50088", .mfaFailed, .failure, reason: .rateLimited),
        .init("65004", .consentDenied, .denied, reason: .policy),
    ]

    /// Codes, refresh tokens and device codes.
    private static let grants: [TypeTable.Group] = [
        .init("54005", .codeReplayed, .failure, reason: .consumed),
        .init("70008", .codeRejected, .failure, reason: .expired),
        .init("70000", .codeRejected, .failure, reason: .malformed),
        .init("700005", .codeRejected, .failure, reason: .issuer),
        .init("500112", .codeRejected, .failure, reason: .redirectURI),
        .init("501481 50148 9002325", .codeRejected, .failure, reason: .pkce),
        .init("700081 700082 700084 70043 50089", .other, .failure, reason: .expired),
        .init("50173 50132 50133", .other, .failure, reason: .revoked),
        .init("70019 70020", .deviceCodeRejected, .failure, reason: .expired),
        .init("70018 90119", .deviceCodeRejected, .failure, reason: .notFound),
        .init("90120", .deviceCodeRejected, .failure, reason: .consumed),
        .init("50134", .deviceCodeRejected, .failure, reason: .policy),
    ]

    /// Who the client is. Of a person's login an unknown client is a refused request.
    private static let clients: [TypeTable.Group] = [
        .init(
            "7000215 70002 7000218 700025 700030", .clientAuthFailed, .failure,
            reason: .clientAuth),
        .init("7000222 700024", .clientAuthFailed, .failure, reason: .expired),
        .init("700027 50012", .clientAuthFailed, .failure, reason: .signature),
        .init("700211 50048", .clientAuthFailed, .failure, reason: .issuer),
        .init("700212", .clientAuthFailed, .failure, reason: .audience),
        .init("70021 700213 700021", .clientAuthFailed, .failure, reason: .wrongClient),
        .init("700016 700011", .authorizationFailed, .failure, reason: .notFound),
        .init("70001 7000112 50194 9001023", .authorizationFailed, .failure, reason: .clientAuth),
        .init("9002326 9002327", .codeRejected, .failure, reason: .clientAuth),
    ]

    private static let requests: [TypeTable.Group] = [
        .init("50011 500113 70004 900971", .authorizationFailed, .failure, reason: .redirectURI),
        .init("50147 501491", .authorizationFailed, .failure, reason: .pkce),
        .init("70011 28002 28003 700022 700023", .other, .failure, reason: .scope),
        .init(
            "50001 50010 500011 65005 650052 650054 650056 650057 901002 90009", .other, .failure,
            reason: .audience),
        .init(
            "70003 70005 70007 700054 90004 90005 90013 90014 900144 90015 90019 90023 9002313 "
                + "90056 900561 90100 90102 90117 90121 75005 750054",
            .other, .failure, reason: .malformed),
        .init("50196 90055", .other, .failure, reason: .rateLimited),
    ]

    private static let policies: [TypeTable.Group] = [
        .init(
            "53000 53001 53002 53003 53004 53009 53010 53011 530002 530003 530032 530034 530035 "
                + "50002 50005 50015 50105 50131 50155 50177 50178 500021 500022 500212 500213 "
                + "54000 80012 1000031",
            .other, .failure, reason: .policy),
        .init("65001 65002 90008 90094 90099", .other, .failure, reason: .policy),
    ]

    /// Tokens that were presented for other tokens (RFC 7523, on behalf of a person).
    private static let assertions: [TypeTable.Group] = [
        .init("500131", .tokenExchangeFailed, .failure, reason: .audience),
        .init("500133", .tokenExchangeFailed, .failure, reason: .expired),
        .init("50013", .tokenExchangeFailed, .failure, reason: .malformed),
        .init("7000114", .tokenExchangeFailed, .failure, reason: .policy),
        .init("50027 50120", .other, .failure, reason: .malformed),
        .init("50006 50008 50099 130005 900384", .other, .failure, reason: .signature),
    ]

    /// The service's own trouble.
    private static let outages: [TypeTable.Group] = [
        .init(
            "50000 50033 80001 80002 80005 80007 80010 80013 80014 90006 90012 90024 90033 90036 "
                + "90090 90091",
            .other, .failure)
    ]
}
