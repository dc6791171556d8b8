internal import AuditModel
internal import WireFormat

/// Who and what an alert is about, in the words of OCSF.
struct OCSFEvidence {
    private let alert: Alert
    private let subject: String?
    private let session: String?
    private let sides: [(name: String, presenter: Alert.Presenter)]

    init(_ alert: Alert) {
        self.alert = alert
        subject = Self.text(alert.keys.subject)
        session = Self.text(alert.keys.session)
        sides = [("attacker", alert.attacker), ("victim", alert.victim)].compactMap { side in
            guard let presenter = side.1, presenter != Alert.Presenter() else { return nil }
            return (side.0, presenter)
        }
    }

    /// One entry for each side of the conflict; without sides one for the subject.
    func appendEvidences(_ writer: inout JSONWriter) {
        let hasActor = subject != nil || session != nil
        let shown = sides.filter { hasActor || Self.text($0.presenter.ip) != nil }
        if shown.isEmpty, !hasActor { return }
        writer.key("evidences")
        writer.beginArray()
        for (name, presenter) in shown {
            writer.beginObject()
            writer.member("name", name)
            appendEndpoint(presenter, &writer)
            appendActor(&writer)
            if let agent = Self.text(presenter.userAgent) {
                writer.key("http_request")
                writer.beginObject()
                writer.member("user_agent", agent)
                writer.endObject()
            }
            writer.endObject()
        }
        if shown.isEmpty {
            writer.beginObject()
            appendActor(&writer)
            writer.endObject()
        }
        writer.endArray()
    }

    /// The grant and its client.
    func appendResources(_ grant: String?, _ writer: inout JSONWriter) {
        let resources = [
            ("OAuth grant", Self.text(grant)), ("OAuth client", Self.text(alert.keys.client)),
        ].filter { $0.1 != nil }
        if resources.isEmpty { return }
        writer.key("resources")
        writer.beginArray()
        for (type, uid) in resources {
            writer.beginObject()
            writer.member("type", type)
            writer.member("uid", uid)
            writer.endObject()
        }
        writer.endArray()
    }

    /// What people search for.
    func appendObservables(_ writer: inout JSONWriter) {
        var observables: [(name: String, type: Int64, value: String)] = []
        for (_, presenter) in sides {
            if let ip = Self.text(presenter.ip) {
                let isAddress = IPAddress(ip) != nil
                observables.append(
                    isAddress
                        ? ("evidences.src_endpoint.ip", 2, ip)
                        : ("evidences.src_endpoint.uid", 99, ip))
            }
            if let agent = Self.text(presenter.userAgent) {
                observables.append(("evidences.http_request.user_agent", 16, agent))
            }
        }
        if let subject { observables.append(("evidences.actor.user.uid", 99, subject)) }
        if observables.isEmpty { return }
        writer.key("observables")
        writer.beginArray()
        for observable in observables {
            writer.beginObject()
            writer.member("name", observable.name)
            writer.member("type_id", observable.type)
            if observable.type == 99 { writer.member("type", "Other") }
            writer.member("value", observable.value)
            writer.endObject()
        }
        writer.endArray()
    }

    /// A pseudonym is no address: it stands as the endpoint's identity.
    private func appendEndpoint(_ presenter: Alert.Presenter, _ writer: inout JSONWriter) {
        guard let ip = Self.text(presenter.ip) else { return }
        writer.key("src_endpoint")
        writer.beginObject()
        writer.member(IPAddress(ip) == nil ? "uid" : "ip", ip)
        if let asn = presenter.asn {
            writer.key("autonomous_system")
            writer.beginObject()
            writer.member("number", Int64(asn))
            writer.endObject()
        }
        if let place = Self.text(presenter.place) {
            appendLocation(place, &writer)
        }
        writer.endObject()
    }

    /// A place is written `FR`, or `Lyon, FR` and how sure that is.
    private func appendLocation(_ place: String, _ writer: inout JSONWriter) {
        let parts = place.split(separator: ", ").map(String.init)
        let country = parts.last.map { String($0.prefix { $0 != " " }) } ?? ""
        let isCountry = country.utf8.count == 2 && country.utf8.allSatisfy { $0 &- 0x41 < 26 }
        writer.key("location")
        writer.beginObject()
        if isCountry { writer.member("country", country) }
        if parts.count > 1 || !isCountry { writer.member("city", parts.first ?? place) }
        writer.member("desc", place)
        writer.endObject()
    }

    private func appendActor(_ writer: inout JSONWriter) {
        if subject == nil, session == nil { return }
        writer.key("actor")
        writer.beginObject()
        if let subject {
            writer.key("user")
            writer.beginObject()
            writer.member("uid", subject)
            writer.endObject()
        }
        if let session {
            writer.key("session")
            writer.beginObject()
            writer.member("uid", session)
            writer.member("issuer", Self.text(alert.keys.issuer))
            writer.endObject()
        }
        writer.endObject()
    }

    private static func text(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return BodyText.plain(text, limit: 400)
    }
}
