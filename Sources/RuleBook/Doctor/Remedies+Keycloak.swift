extension Remedies {
    /// Names of events that say what becomes of tokens; realms save only some of them by default.
    private static let types = [
        "LOGIN", "LOGIN_ERROR", "LOGOUT", "CODE_TO_TOKEN", "CODE_TO_TOKEN_ERROR", "CLIENT_LOGIN",
        "CLIENT_LOGIN_ERROR", "REFRESH_TOKEN", "REFRESH_TOKEN_ERROR", "INTROSPECT_TOKEN",
        "INTROSPECT_TOKEN_ERROR", "USER_INFO_REQUEST", "USER_INFO_REQUEST_ERROR", "REVOKE_GRANT",
        "TOKEN_EXCHANGE", "TOKEN_EXCHANGE_ERROR",
    ]

    private static let savedTypes =
        "kcadm.sh update events/config -r \"$REALM\" -s eventsEnabled=true -s 'enabledEventTypes=["
        + types.map { "\"\($0)\"" }.joined(separator: ",") + "]'"

    static let keycloak: [Symptom: Remedy] = [
        .noSuccesses: Remedy(
            text: "Keycloak logs successes at DEBUG, which is off: raise them to INFO (the second "
                + "form from 26.3 on)",
            commands: [
                "bin/kc.sh start --spi-events-listener-jboss-logging-success-level=info",
                "bin/kc.sh start --spi-events-listener--jboss-logging--success-level=info",
            ]),
        .noTokenEvents: Remedy(
            text: "only administrators' events arrive, or the listener is off: turn it on, and "
                + "have events of tokens saved where you fetch them by the admin REST API",
            commands: [
                "kcadm.sh update events/config -r \"$REALM\" "
                    + "-s 'eventsListeners=[\"jboss-logging\"]'",
                savedTypes,
            ]),
        .noRefreshes: Remedy(
            text: "REFRESH_TOKEN is not among the types that a realm saves by default, nor in the "
                + "list of a Kafka listener: add it to both",
            commands: [savedTypes]),
        .noRefreshIDs: Remedy(
            text: "details refresh_token_id and updated_refresh_token_id are stripped on the way: "
                + "have the log shipper pass lines on unchanged, or take events as JSON"),
        .noTokenUse: Remedy(
            text: "INTROSPECT_TOKEN and USER_INFO_REQUEST are not saved by default; resource "
                + "servers that check signatures themselves ask nobody: add the gateway's log",
            commands: [savedTypes]),
        .noSessionEnds: Remedy(
            text: "take LOGOUT and REVOKE_GRANT into the listener's list of types",
            commands: [savedTypes]),
        .proxyAddress: Remedy(
            text: "Keycloak sees its proxy: let it read the forwarded address, from the proxy "
                + "alone (trusted addresses from 26 on)",
            commands: [
                "bin/kc.sh start --proxy-headers=xforwarded --proxy-trusted-addresses=$PROXY_CIDR"
            ]),
        .noSubjects: Remedy(
            text: "userId is missing even where logins succeed: look at what a log shipper "
                + "strips"),
    ]
}
