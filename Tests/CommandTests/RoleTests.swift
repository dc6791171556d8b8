import Foundation
import Testing

/// User 23456, who is in groups 23457 and 23458.
enum OtherUser {
    /// What stands before a command of the user's.
    static let prefix = "setpriv --reuid 23456 --regid 23457 --groups 23457,23458"

    /// Only root can be somebody else, and somebody else must be able to run the program.
    static let isPossible: Bool = {
        guard geteuid() == 0, let sandbox = try? Sandbox() else { return false }
        let probe = try? sandbox.shell("\(prefix) \"$GRANTRAIL\" --version")
        return probe?.status == 0
    }()
}

/// Other users of this machine at the control socket, as the kernel sees them.
@Suite("Roles at the control socket", .enabled(if: OtherUser.isPossible))
struct RoleTests {
    /// Runs shell lines while a service runs in which others have some roles; `ask` asks as one of
    /// them.
    private func serve(_ roles: String, _ lines: String) throws -> Finished {
        let traffic = try Traffic(Sandbox(), events: 500)
        let sandbox = traffic.sandbox
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o711], ofItemAtPath: sandbox.directory)
        _ = try RunTests.configuration(
            traffic, until: false,
            more: "control: {socket: \(sandbox.path("c.sock")), group: 23457, \(roles)}")
        return try RunTests.serve(
            sandbox,
            """
            ask() { \(OtherUser.prefix) "$GRANTRAIL" "$@" --socket \(sandbox.path("c.sock")); }
            told() { grep -c -- "$1" log; }
            \(lines)
            """
        ).expecting()
    }

    @Test("One who looks on may ask how it fares, and no more")
    func viewer() throws {
        let run = try serve(
            "viewers: 23456",
            """
            ask control status | grep -c '"ready":true'
            ask control stop; echo $?
            ask alerts ack --store x 00; echo $?
            ask alerts silence --store x --rule 'A' --for 1h --reason x; echo $?
            told 'control.forbidden'
            """)
        #expect(run.outputLines == ["1", "77", "77", "77", "3"], "\(run.errorText)")
        for role in ["operator", "responder", "responder"] {
            #expect(run.errorText.contains("takes the role \(role), and viewer"))
        }
        #expect(run.errorText.contains("uid 23456 may not ask for 'stop'"))
        #expect(run.errorText.contains("[control.forbidden]"))
    }

    @Test("One whose group responds decides about alerts, and the trail names the kernel's user")
    func responder() throws {
        let run = try serve(
            "viewers: 1, responders: [\"group:23458\"]",
            """
            ask alerts silence --store x --rule 'A' --for 1h --by boss --reason x | cut -c1-9
            ask alerts unsilence --store x 1 --by boss
            ask control reload; echo $?
            sqlite3 run.db "SELECT kind FROM v_controls WHERE body ->> '$.actor' = 'boss' \
            AND body ->> '$.uid' = 23456 ORDER BY seq"
            """)
        #expect(
            run.outputLines
                == ["1  active", "1  removed", "77", "silence.created", "silence.removed"],
            "\(run.errorText)")
    }

    @Test("Whoever is in the group and has no role is told so; others cannot even connect")
    func stranger() throws {
        let run = try serve(
            "operators: 4711",
            """
            ask control status; echo $?
            setpriv --reuid 23456 --clear-groups --regid 1 "$GRANTRAIL" control status \
            --socket c.sock; echo $?
            "$GRANTRAIL" control status --socket c.sock | grep -c ready
            """)
        #expect(run.outputLines == ["77", "77", "1"], "\(run.errorText)")
        #expect(run.errorText.contains("uid 23456 may ask nothing of this service"))
        #expect(run.errorText.contains("may not connect"))
    }

    @Test("A configuration names accounts that are there, and a place that they can reach")
    func check() throws {
        let sandbox = try Sandbox()
        let configuration = try sandbox.write(
            "config.yaml",
            lines: [
                "store: {path: s.db}",
                "control: {group: no-such, viewers: nobody-at-all,"
                    + " operators: [\"group:none-such\"]}",
            ])
        let check = try sandbox.run("config", "check", "--config", configuration).expecting(78)
        for part in [
            "no group 'no-such'", "no user 'nobody-at-all'", "no group 'group:none-such'",
        ] {
            #expect(check.outputText.contains(part), "\(check.outputText)")
        }
        try sandbox.write(
            "config.yaml", lines: ["store: {path: s.db}", "control: {group: 23457, viewers: 1}"])
        let reach = try sandbox.run("config", "check", "--config", configuration).expecting()
        #expect(reach.outputText.contains("may not enter"), "\(reach.outputText)")
    }
}
