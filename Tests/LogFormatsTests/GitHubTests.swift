import AuditModel
import LogFormats
import Testing

@Suite("GitHub's audit log")
struct GitHubTests {
    /// SHA-256 of `grantrail test token`, in the spellings that servers use.
    private static let hash = "JGNo8d65BH+GxTHhuh1huPF3eKcSh3kk4DswR2yQYq0="
    private static let spellings = [
        hash, String(hash.dropLast()),
        hash.replacing("+", with: "-").replacing("/", with: "_"),
        "246368f1deb9047f86c531e1ba1d61b8f17778a712877924e03b30476c9062ad",
        "246368f1deb9047f86c531e1ba1d61b8f17778a712877924e03b30476c9062ad".uppercased(),
    ]

    private func event(_ action: String, _ more: String = "") -> String {
        """
        {"@timestamp":1772446530123,"_document_id":"d1","action":"\(action)","actor":"anna",\
        "actor_id":7,"business":"acme","org":"acme-shop","created_at":1772446530123\(more)}
        """
    }

    @Test("the use of a token names it by its hash, the same in every spelling",
        arguments: GitHubTests.spellings)
    func use(spelling: String) {
        let decoded = decodeGitHub(
            event(
                "git.clone",
                #","hashed_token":"\#(spelling)","token_id":4711,"token_scopes":"repo,gist","#
                    + #""programmatic_access_type":"OAuth access token","actor_ip":"192.0.2.7","#
                    + #""actor_location":{"country_code":"DE"},"oauth_application_id":99"#))
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind == [.tokenUsed])
        #expect(decoded.batch.text(.presented, row: 0) == Self.hash)
        #expect(decoded.batch.text(.grant, row: 0) == "4711")
        #expect(decoded.batch.ipRole == [.holder])
        #expect(decoded.batch.country == [0x4445])
        #expect(decoded.batch.time == [1_772_446_530_123_000_000])
        #expect(decoded.text(.scopes) == "repo gist")
        #expect(decoded.text(.client) == "99")
        #expect(decoded.text(.subject) == "anna")
        #expect(decoded.text(.issuer) == "acme")
    }

    @Test("Okta and GitHub name one hash by one id")
    func meeting() {
        let used = decodeGitHub(event("git.push", #","hashed_token":"\#(Self.hash)""#))
        let revoked = decodeOkta(
            #"{"eventType":"app.oauth2.token.revoke","published":"2026-03-02T10:15:30Z","#
                + #""outcome":{"result":"SUCCESS"},"target":[{"type":"access_token","#
                + #""detailEntry":{"hash":"\#(Self.hash)"}}]}"#)
        #expect(used.batch.id(.presented, 0) == revoked.batch.id(.presented, 0))
        #expect(!used.batch.id(.presented, 0).isNone)
    }

    @Test("a token that is made or revoked is named, not the one that was used for it")
    func own() {
        let more = #","hashed_token":"\#(Self.hash)""#
        let made = decodeGitHub(event("oauth_access.create", more))
        #expect(made.batch.text(.issuedAccess, row: 0) == Self.hash)
        #expect(made.batch.id(.presented, 0).isNone)
        let gone = decodeGitHub(event("oauth_access.destroy", more))
        #expect(gone.batch.text(.presented, row: 0) == Self.hash)
        #expect(gone.batch.effects == [[]])
        let others = decodeGitHub(event("oauth_application.revoke_tokens", more))
        #expect(others.batch.kind == [.tokenRevoked])
        #expect(others.batch.id(.presented, 0).isNone)
        #expect(others.payload().contains(Self.hash))
        let approved = decodeGitHub(event("org.oauth_app_access_approved", more))
        #expect(approved.batch.kind == [.consentGranted])
        #expect(approved.batch.effects == [.tokenUsed])
        #expect(approved.batch.text(.presented, row: 0) == Self.hash)
    }

    @Test("what is no hash joins nothing", arguments: ["", "null", "REDACTED", "********"])
    func noHash(text: String) {
        let decoded = decodeGitHub(event("repo.create", #","hashed_token":"\#(text)""#))
        #expect(decoded.batch.id(.presented, 0).isNone)
        #expect(decoded.batch.kind == [text.isEmpty ? .other : .tokenUsed])
    }

    @Test("actions", arguments: [
        ("oauth_authorization.create", "consent.granted"),
        ("oauth_authorization.destroy", "consent.revoked"),
        ("personal_access_token.access_granted", "consent.granted"),
        ("personal_access_token.access_revoked", "consent.revoked"),
        ("personal_access_token.request_created", "authorization.requested"),
        ("personal_access_token.credential_regenerated", "token.issued"),
        ("org.oauth_app_access_denied", "consent.denied"),
        ("oauth_application.create", "client.registered"),
        ("integration.generate_client_secret", "client.credential_changed"),
        ("integration_installation.create", "consent.granted"),
        ("integration_installation.repositories_added", "consent.updated"),
        ("secret_scanning_alert.create", "token.leaked"), ("user.login", "session.started"),
        ("user.failed_login", "authn.failed"), ("repo.create", "other"),
        ("workflows.completed_workflow_run", "other"),
    ])
    func actions(action: String, kind: String) {
        let decoded = decodeGitHub(event(action, #","name":"CI","user":"bert""#))
        #expect(decoded.issues == [])
        #expect(decoded.batch.kind.first?.name == kind)
        #expect(decoded.text(.vendorType) == action)
        #expect(decoded.text(.subject) == "bert")
        #expect(decoded.text(.client) == "")
    }

    @Test("refused requests are no uses", arguments: [
        ("401", "token.validation_failed", Outcome.failure, Reason.unspecified),
        (#""403""#, "token.used", .denied, .policy), ("429", "token.used", .denied, .rateLimited),
        ("200", "token.used", .success, .none), (#""x""#, "token.used", .success, .none),
    ])
    func statuses(status: String, kind: String, outcome: Outcome, reason: Reason) {
        let decoded = decodeGitHub(
            event("api.request", #","hashed_token":"\#(Self.hash)","status_code":\#(status)"#))
        #expect(decoded.batch.kind.first?.name == kind)
        #expect(decoded.batch.outcome == [outcome] && decoded.batch.reason == [reason])
    }

    @Test("the server of an app holds its tokens itself")
    func roles() {
        let role = { (type: String) in
            decodeGitHub(
                event(
                    "git.fetch",
                    #","hashed_token":"\#(Self.hash)","programmatic_access_type":"\#(type)""#)
            ).batch.ipRole.first
        }
        #expect(role("GitHub App server-to-server token") == .caller)
        #expect(role("Fine-grained personal access token") == .holder)
        #expect(role("Personal access token (classic)") == .holder)
    }

    @Test("times and ids where the record has them, else where it lies")
    func minimal() {
        let created = decodeGitHub(
            #"{"action":"user.login","_document_id":"1","created_at":1772446530123}"#)
        #expect(created.batch.time == [1_772_446_530_123_000_000])
        let bare = decodeGitHub(
            #"{"action":"git.fetch","@timestamp":1772446530123,"org":"acme-shop","#
                + #""programmatic_access_type":"x"}"#)
        #expect(bare.batch.flags.first?.contains(.positionalID) == true)
        #expect(bare.text(.issuer) == "acme-shop")
        #expect(bare.batch.kind == [.other])
        #expect(
            decodeGitHub(#"{"action":"user.login","_document_id":"1"}"#).issues.map(\.code)
                == [.fieldMissing])
    }
}
