internal import AuditModel
public import Detection
public import WireFormat

extension Explanation {
    /// Writes one JSON object.
    public func append(to writer: inout JSONWriter) {
        writer.beginObject()
        AlertJSON.append(rule, to: &writer)
        writer.member("event", event.hex)
        writer.member("time", time: time, precision: precision)
        writer.member("kind", kind.name)
        writer.member("dialect", dialect)
        Self.list("facts", facts, &writer)
        writer.key("fired")
        writer.bool(fired)
        writer.member("severity", severity?.name)
        writer.key("key")
        writer.beginObject()
        for part in key { writer.member(part.name, part.value) }
        writer.endObject()
        writer.key("condition")
        condition.append(to: &writer)
        appendInputs(to: &writer)
        appendOperation(to: &writer)
        appendScore(to: &writer)
        Self.list("silenced_by", silencedBy, &writer)
        Self.list("nearest_miss", nearestMiss, &writer)
        writer.endObject()
    }

    /// A list that is there also when it is empty.
    private static func list(_ key: String, _ texts: [String], _ writer: inout JSONWriter) {
        writer.key(key)
        writer.beginArray()
        for text in texts { writer.string(text) }
        writer.endArray()
    }

    private func appendInputs(to writer: inout JSONWriter) {
        if inputs.isEmpty { return }
        writer.key("inputs")
        writer.beginArray()
        for input in inputs {
            writer.beginObject()
            writer.member("name", input.name)
            writer.key("condition")
            input.part.append(to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private func appendOperation(to writer: inout JSONWriter) {
        guard let operation else { return }
        writer.key("operation")
        writer.beginObject()
        writer.member("text", operation.text)
        writer.key("fired")
        writer.bool(operation.fired)
        writer.key("figures")
        writer.beginArray()
        for figure in operation.figures {
            writer.beginObject()
            writer.member("name", figure.name)
            writer.member("value", figure.value)
            writer.member("compared_to", figure.comparedTo)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func appendScore(to writer: inout JSONWriter) {
        guard let score else { return }
        writer.key("score")
        writer.hundredths(score)
        if let fireAt {
            writer.key("fire_at")
            writer.hundredths(fireAt.from)
            if let below = fireAt.below {
                writer.key("fire_below")
                writer.hundredths(below)
            }
        }
        writer.key("points")
        writer.beginArray()
        for entry in points {
            writer.beginObject()
            writer.member("selection", entry.part.text)
            writer.key("points")
            writer.hundredths(entry.hundredths)
            writer.key("part")
            entry.part.append(to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }
}

extension Explanation.Part {
    fileprivate func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("kind", kind.rawValue)
        writer.member("text", text)
        writer.key("pass")
        writer.bool(passed)
        if let actual, !actual.isEmpty { writer.member("actual", actual) }
        if !parts.isEmpty {
            writer.key("parts")
            writer.beginArray()
            for part in parts { part.append(to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }
}
