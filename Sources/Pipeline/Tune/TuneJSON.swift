public import WireFormat
internal import AuditModel

extension TuneTable {
    /// Writes `{"from","to","days","budget":[…],"rules":[…],"suggestions":[…]}`.
    public func append(_ suggestions: [TuneSuggestion], to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("from", time: span.lowerBound, precision: 3)
        writer.member("to", time: span.upperBound, precision: 3)
        writer.key("days")
        writer.hundredths(Int((days * 100).rounded()))
        writer.key("budget")
        writer.beginArray()
        for load in loads { append(load, to: &writer) }
        writer.endArray()
        writer.key("rules")
        writer.beginArray()
        for row in rows { append(row, to: &writer) }
        writer.endArray()
        writer.key("suggestions")
        writer.beginArray()
        for suggestion in suggestions { suggestion.append(to: &writer) }
        writer.endArray()
        writer.endObject()
    }

    private func append(_ load: Load, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("class", load.kind.name)
        writer.member("limit", Int64(load.limit))
        writer.member("alerts", Int64(load.total))
        writer.key("per_day")
        writer.hundredths(perDay(load.total))
        if let worst = load.worst {
            writer.member("worst_day", DayText.text(worst.day))
            writer.member("worst", Int64(worst.count))
        }
        writer.member("days_over", Int64(load.daysOver))
        writer.endObject()
    }

    private func append(_ row: Row, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("rule", row.rule)
        writer.member("client", row.client)
        writer.member("tenant", row.tenant)
        for severity in Severity.allCases.reversed() {
            writer.member(severity.name, Int64(row.count(severity)))
        }
        writer.key("per_day")
        writer.hundredths(perDay(row.told))
        writer.member("worst", Int64(row.worst))
        writer.member("true", Int64(row.truths))
        writer.key("over_budget")
        writer.bool(row.isOver)
        writer.endObject()
    }
}

extension TuneSuggestion {
    /// Writes one JSON object.
    public func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("rule", rule)
        writer.member("client", client)
        writer.member("tenant", tenant)
        writer.member("quiets", Int64(quieted))
        writer.member("of", Int64(told))
        writer.member("hides_high", Int64(high))
        writer.member("also_quiets", others)
        writer.member("gained", Int64(gained))
        writer.member("overlay", document)
        writer.member("refused", refusal)
        writer.endObject()
    }
}

/// Days as people read them.
enum DayText {
    /// `2026-03-10` of the days since 1970.
    static func text(_ day: Int64) -> String {
        String(TimeText.string(day * TuneTable.day, precision: 0).prefix(10))
    }
}
