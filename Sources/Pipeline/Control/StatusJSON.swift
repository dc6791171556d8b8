internal import AuditModel
internal import Intake
public import WireFormat

/// The status of a live run as JSON.
public enum StatusJSON {
    /// One object; absent members are left out.
    public static func append(_ status: LiveStatus, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("ready")
        writer.bool(status.isReady)
        writer.member("state", state(status))
        writer.member("events", status.stored)
        writer.member("appended", Int64(status.appended))
        writer.member("records", Int64(status.tally.records))
        writer.member("duplicates", Int64(status.tally.duplicates))
        writer.member("unusable", Int64(status.tally.rejectedCount))
        writer.member("late", Int64(status.late))
        writer.member("pending", Int64(status.pending))
        if let frontier = status.frontier, frontier < .max {
            writer.member("final_before", time: frontier, precision: 3)
        }
        writer.member("provisional", Int64(status.provisional))
        writer.member("withdrawn", Int64(status.withdrawn))
        writer.member("silences", Int64(status.silences))
        writer.member("silenced", Int64(status.silenced))
        writer.key("alerts")
        writer.beginObject()
        for severity in Severity.allCases {
            writer.member(severity.name, Int64(status.alerts[severity] ?? 0))
        }
        writer.endObject()
        writer.member("forgotten_alerts", Int64(status.forgottenAlerts))
        writer.member("rules", Int64(status.rules))
        writer.member("commits", Int64(status.commits))
        if let moment = status.lastSnapshot { writer.member("saved", time: moment, precision: 3) }
        appendSources(status, to: &writer)
        appendHooks(status, to: &writer)
        writer.endObject()
    }

    private static func state(_ status: LiveStatus) -> String {
        if status.isStopping { return "stopping" }
        return status.isLearning ? "learning" : "running"
    }

    private static func appendSources(_ status: LiveStatus, to writer: inout JSONWriter) {
        writer.key("sources")
        writer.beginArray()
        for source in status.sources {
            writer.beginObject()
            Health.appendCondition(of: source, to: &writer)
            writer.member("records", Int64(source.records))
            writer.member("events", Int64(source.events))
            if !source.lag.isEmpty {
                writer.member("lag", source.lag.values.reduce(0, +))
            }
            if let time = source.lastTime {
                writer.member("last_time", time: time, precision: 3)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    private static func appendHooks(_ status: LiveStatus, to writer: inout JSONWriter) {
        writer.key("hooks")
        writer.beginArray()
        for hook in status.hooks {
            writer.beginObject()
            writer.member("name", hook.hook)
            writer.member("pending", Int64(hook.queue))
            writer.member("dead", Int64(hook.dead))
            if let hold = hook.hold {
                writer.key("budget")
                hold.append(to: &writer)
            }
            writer.endObject()
        }
        writer.endArray()
    }
}
