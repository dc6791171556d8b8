internal import AuditModel
public import Delivery
internal import Detection
public import WireFormat

extension AlertExplanation {
    /// Writes one JSON object.
    public func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("outcome", outcome.rawValue)
        writer.key("alert")
        AlertJSON.append(stored, to: &writer)
        if let derived {
            writer.key("derived")
            AlertJSON.append(derived, to: &writer)
        }
        Self.list("differences", differences, &writer) { difference, writer in
            writer.beginObject()
            writer.member("member", difference.member)
            writer.member("stored", difference.stored)
            writer.member("derived", difference.derived)
            writer.endObject()
        }
        Self.list("reasons", reasons, &writer) { $1.string($0) }
        if let explanation {
            writer.key("explanation")
            explanation.append(to: &writer)
        }
        Self.list("evidence", evidence, &writer) { $0.append(to: &$1) }
        Self.list("attacker_branch", attackerSteps, &writer) { $0.append(to: &$1) }
        writer.endObject()
    }

    private static func list<Element>(
        _ key: String, _ elements: [Element], _ writer: inout JSONWriter,
        _ write: (Element, inout JSONWriter) -> Void
    ) {
        writer.key(key)
        writer.beginArray()
        for element in elements { write(element, &writer) }
        writer.endArray()
    }

    /// For people: the alert, whether its verdict stands, the why-tree, the evidence with its
    /// places, and the attacker's branch. Lines ended by newlines, texts from logs escaped.
    public func text(_ style: TextStyle) -> String {
        var parts = [AlertTextFormat(style: style).block(stored), verdictText(style)]
        if let explanation {
            parts.append(ExplanationText(style: style).draw(explanation))
        }
        parts.append(style.bold("evidence") + "\n" + evidence.map { line($0, style) }.joined())
        if let grant, !attackerSteps.isEmpty {
            parts.append(
                style.bold("the attacker's branch") + " of grant \(grant.family.prefix(12))\n"
                    + GrantTreeText(style: style).draw(attackerSteps, of: grant))
        } else if let family = grant?.family {
            parts.append("grant \(family.prefix(12)): the alert names no attacker in it\n")
        }
        return parts.joined(separator: "\n")
    }

    private func verdictText(_ style: TextStyle) -> String {
        var lines: [String] =
            switch outcome {
            case .same where stored.state == .withdrawn:
                [style.good("same") + ": withdrawn, and the stored events do not give it"]
            case .same:
                [style.good("same") + ": the stored events give this severity, verdict and branch"]
            case .differs:
                [style.severity(.medium, "differs") + ": the stored events give another verdict"]
            case .underivable:
                [style.severity(.medium, "not derived") + ": the stored events no longer give it"]
            }
        lines += differences.map { difference in
            let derived = difference.derived.isEmpty ? "none" : style.escape(difference.derived)
            let stored = difference.stored.isEmpty ? "none" : style.escape(difference.stored)
            return "  \(difference.member) was \(stored), is \(derived)"
        }
        lines += reasons.map { "  " + style.escape($0, limit: 1000) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ place: EvidencePlace, _ style: TextStyle) -> String {
        let event = place.evidence
        let time = TimeText.string(event.time, precision: event.precision)
        let shown =
            place.stored.map {
                "\(style.escape($0.source)) at \($0.at)  position \($0.position)"
            } ?? style.severity(.medium, "not in the store")
        return "  \(style.dim(time))  \(event.kind.name)  \(shown)  "
            + style.dim(String(event.event.hex.prefix(12))) + "\n"
    }
}
