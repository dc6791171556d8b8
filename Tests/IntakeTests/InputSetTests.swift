import Glibc
import Intake
import Testing

@Suite struct InputSetTests {
    @Test func directoriesAreWalkedInBytewiseOrder() throws {
        let scratch = try Scratch()
        for name in ["b", "B", "a", ".hidden"] { _ = try scratch.write(name, "x") }
        try #require(mkdir(scratch.path + "/sub", 0o700) == 0)
        try #require(mkdir(scratch.path + "/.git", 0o700) == 0)
        _ = try scratch.write("sub/c", "xy")
        _ = try scratch.write(".git/d", "x")
        try #require(symlink(scratch.path, scratch.path + "/sub/loop") == 0)
        let inputs = try InputSet.resolve(paths: [scratch.path])
        #expect(inputs.map(\.name) == ["B", "a", "b", "sub/c"].map { scratch.path + "/" + $0 })
        #expect(inputs.last?.size == 2)
    }

    @Test func theSameFileIsReadOnce() throws {
        let scratch = try Scratch()
        let path = try scratch.write("a", "x")
        try #require(link(path, scratch.path + "/b") == 0)
        try #require(symlink(path, scratch.path + "/c") == 0)
        let inputs = try InputSet.resolve(paths: [
            "-", scratch.path + "/c", path, scratch.path, scratch.path + "/*", "-",
        ])
        #expect(inputs.map(\.name) == ["-", scratch.path + "/c"])
        #expect(inputs.map(\.isStandardInput) == [true, false])
    }

    @Test func patternsMatchAndLiteralNamesWin() throws {
        let scratch = try Scratch()
        for name in ["a.json", "b.json", "c.txt", "[x].json"] { _ = try scratch.write(name, "x") }
        let matched = try InputSet.resolve(paths: [scratch.path + "/?.json"])
        #expect(matched.map(\.name) == ["a.json", "b.json"].map { scratch.path + "/" + $0 })
        let literal = try InputSet.resolve(paths: [scratch.path + "/[x].json"])
        #expect(literal.map(\.name) == [scratch.path + "/[x].json"])
    }

    @Test func whatIsNotThereIsATypedError() throws {
        let scratch = try Scratch()
        let missing = scratch.path + "/none"
        #expect(throws: IntakeError.missing(path: missing)) {
            try InputSet.resolve(paths: [missing])
        }
        #expect(throws: IntakeError.noMatch(pattern: missing + "*")) {
            try InputSet.resolve(paths: [missing + "*"])
        }
        #expect(throws: IntakeError.noMatch(pattern: scratch.path)) {
            try InputSet.resolve(paths: [scratch.path])
        }
        #expect(throws: IntakeError.missing(path: missing)) {
            try RecordReader(Input(name: missing, size: nil))
        }
        #expect(throws: IntakeError.unreadable(path: scratch.path, reason: "it is a directory")) {
            try RecordReader(Input(name: scratch.path, size: nil))
        }
        #expect(IntakeError.missing(path: "x").exitStatus == 66)
    }
}
