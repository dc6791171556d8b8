extension Remedies {
    private static let everything =
        "auth0 api patch \"log-streams/$STREAM_ID\" --data '{\"filters\":[]}'"

    static let auth0: [Symptom: Remedy] = [
        .noSuccesses: Remedy(
            text: "the log stream filters successes out: take s, seacft, sertft and seccft into "
                + "its filter, or delete the filter",
            commands: [everything]),
        .noTokenEvents: Remedy(
            text: "the log stream's filter leaves token exchanges out: delete the filter",
            commands: [everything]),
        .noRefreshes: Remedy(
            text: "no sertft arrives: let the application ask for offline_access, and take "
                + "the type into the log stream's filter"),
        .noRefreshIDs: Remedy(
            text: "only rotated tokens have a familyId: Applications, Settings, Refresh Token "
                + "Rotation: on",
            commands: [
                "auth0 api patch \"clients/$CLIENT_ID\" --data "
                    + "'{\"refresh_token\":{\"rotation_type\":\"rotating\","
                    + "\"expiration_type\":\"expiring\"}}'"
            ]),
        .maskedSubjects: Remedy(
            text: "the log stream masks personal data, so that all subjects look alike: set its "
                + "PII obfuscation to hash, or turn it off",
            commands: [
                "auth0 api patch \"log-streams/$STREAM_ID\" --data '{\"pii_config\":null}'"
            ]),
        .noTokenUse: Remedy(text: "Auth0 logs no use of access tokens: add the gateway's log"),
    ]

    static let okta: [Symptom: Remedy] = [
        .noSuccesses: Remedy(
            text: "take all event types into the log stream or the poll of the System Log"),
        .noTokenEvents: Remedy(
            text: "event hooks carry no token grants, refreshes or reuse: poll the System Log, or "
                + "stream it to EventBridge",
            commands: [
                "curl -H \"Authorization: Bearer $OKTA_TOKEN\" "
                    + "\"https://$OKTA_DOMAIN/api/v1/logs?since=$SINCE&limit=1000\""
            ]),
        .noRefreshes: Remedy(
            text: "no app.oauth2….token.grant.refresh_token arrives: event hooks leave it out, so "
                + "poll the System Log or stream it; applications ask for offline_access"),
        .proxyAddress: Remedy(
            text: "Okta sees a gateway: Security, Networks, your zone: add it to the trusted "
                + "proxy addresses"),
        .noTokenUse: Remedy(text: "Okta logs no use of access tokens: add the gateway's log"),
    ]

    static let entra: [Symptom: Remedy] = [
        .noSuccesses: Remedy(
            text: "export NonInteractiveUserSignInLogs beside SignInLogs in the diagnostic "
                + "settings"),
        .noRefreshes: Remedy(
            text: "refreshes are in NonInteractiveUserSignInLogs: add the category to the "
                + "diagnostic settings"),
        .noRefreshIDs: Remedy(text: "Entra logs no ids of refresh tokens; nothing to set"),
        .noTokenUse: Remedy(
            text: "use of tokens at Microsoft Graph is in MicrosoftGraphActivityLogs: add the "
                + "category to the diagnostic settings"),
    ]
}
