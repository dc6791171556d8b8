import Foundation
import Testing

@testable import Delivery

@Suite("A file of alerts")
struct FileSinkTests {
    let directory: Directory

    init() throws { directory = try Directory() }

    /// A directory that is gone with the test.
    final class Directory: Sendable {
        let path: String

        init() throws {
            var template = Array((NSTemporaryDirectory() + "/grantrail-sink-XXXXXX").utf8CString)
            path = String(cString: try #require(mkdtemp(&template)))
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    var path: String { directory.path + "/alerts.ndjson" }

    func sink(rotate: Int64 = 0, keep: Int = 3) -> FileSink {
        FileSink(.init(path: path, rotate: rotate, keep: keep))
    }

    func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    func put(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    func code(_ body: () throws -> Void) -> FileSinkError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? FileSinkError)?.code
        }
    }

    @Test("Lines are appended to a file that its owner alone may read")
    func appends() throws {
        let sink = sink()
        #expect(text(path) == nil)
        try sink.append(Array("{\"a\":1}\n".utf8))
        try sink.append([])
        try sink.append(Array("{\"a\":2}\n".utf8))
        #expect(text(path) == "{\"a\":1}\n{\"a\":2}\n")
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("A file is put aside before it grows too large; no more are kept than asked for")
    func rotates() throws {
        let sink = sink(rotate: 20, keep: 3)
        for number in 10..<20 { try sink.append(Array("{\"n\":\(number)}\n".utf8)) }
        // Two lines of nine bytes fit; four more pairs came before.
        #expect(text(path) == "{\"n\":18}\n{\"n\":19}\n")
        #expect(text(path + ".1") == "{\"n\":16}\n{\"n\":17}\n")
        #expect(text(path + ".2") == "{\"n\":14}\n{\"n\":15}\n")
        #expect(text(path + ".3") == "{\"n\":12}\n{\"n\":13}\n")
        #expect(text(path + ".4") == nil)
        try FileManager.default.removeItem(atPath: path + ".2")
        let fewer = FileSink(.init(path: path, rotate: 20, keep: 2))
        sink.reopen()
        // More than fits stays together.
        try fewer.append([UInt8](repeating: 0x61, count: 30) + [10])
        #expect(text(path)?.utf8.count == 31)
        #expect(text(path + ".1") == "{\"n\":18}\n{\"n\":19}\n")
        #expect(text(path + ".2") == "{\"n\":16}\n{\"n\":17}\n")
        #expect(text(path + ".3") == nil)
    }

    @Test("With one file kept it is replaced")
    func keepsOne() throws {
        let sink = sink(rotate: 4, keep: 1)
        for letter in ["a", "b", "c"] { try sink.append(Array("\(letter)\(letter)\n".utf8)) }
        #expect(text(path) == "cc\n" && text(path + ".1") == "bb\n" && text(path + ".2") == nil)
    }

    @Test("A file that was moved away, removed or cut is followed to where its name is")
    func moved() throws {
        let sink = sink()
        try sink.append(Array("1\n".utf8))
        #expect(rename(path, path + ".old") == 0)
        try sink.append(Array("2\n".utf8))
        #expect(text(path) == "2\n" && text(path + ".old") == "1\n")
        // As logrotate does with `create`.
        #expect(rename(path, path + ".older") == 0)
        try put("")
        try sink.append(Array("3\n".utf8))
        #expect(text(path) == "3\n" && text(path + ".older") == "2\n")
        #expect(unlink(path) == 0)
        try sink.append(Array("4\n".utf8))
        #expect(text(path) == "4\n")
        // As with `copytruncate`.
        #expect(truncate(path, 0) == 0)
        try sink.append(Array("5\n".utf8))
        #expect(text(path) == "5\n")
        sink.reopen()
        try sink.append(Array("6\n".utf8))
        #expect(text(path) == "5\n6\n")
    }

    @Test("What a crash left of an alert goes, for it is told again; other text gets its end")
    func torn() throws {
        try put("{\"a\":1}\n{\"a\":")
        try sink().append(Array("{\"a\":2}\n".utf8))
        #expect(text(path) == "{\"a\":1}\n{\"a\":2}\n")
        try put("{\"a\"")
        try sink().append(Array("{\"a\":3}\n".utf8))
        #expect(text(path) == "{\"a\":3}\n")
        try put("one\ntwo")
        try sink().append(Array("three\n".utf8))
        #expect(text(path) == "one\ntwo\nthree\n")
        let long = "{" + String(repeating: "a", count: 2 << 20)
        try put(long)
        try sink().append(Array("b\n".utf8))
        #expect(text(path) == long + "\nb\n")
    }

    // MARK: - Trouble

    /// A disk with room for so many bytes, on which a write may be cut short.
    final class Disk: @unchecked Sendable {
        var room: Int
        var pieces: Int
        var reason = ENOSPC

        init(room: Int, pieces: Int = .max) {
            self.room = room
            self.pieces = pieces
        }

        func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
            let count = min(bytes.count, room, pieces)
            guard count > 0 else {
                errno = reason
                return -1
            }
            room -= count
            return Foundation.write(descriptor, bytes.baseAddress, count)
        }
    }

    @Test("On a full disk nothing half-written stays, and the same lines fit later")
    func full() throws {
        let disk = Disk(room: 25, pieces: 4)
        let sink = FileSink(.init(path: path, rotate: 0, keep: 1)) { disk.write($0, $1) }
        try sink.append(Array("{\"a\":1}\n".utf8))
        let lines = Array("{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n".utf8)
        #expect(code { try sink.append(lines) } == .full)
        #expect(text(path) == "{\"a\":1}\n")
        #expect(code { try sink.append(lines) } == .full)
        disk.room = 100
        try sink.append(lines)
        #expect(text(path) == "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n")
        (disk.room, disk.reason) = (0, EIO)
        #expect(code { try sink.append(lines) } == .io)
    }

    @Test("So it is on a real full disk", .enabled(if: geteuid() == 0))
    func tmpfs() throws {
        let mounted = directory.path + "/small"
        try FileManager.default.createDirectory(
            atPath: mounted, withIntermediateDirectories: false)
        // A container's root may not mount.
        guard try run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mounted) else { return }
        defer { _ = try? run("umount", "-l", mounted) }
        let sink = FileSink(.init(path: mounted + "/alerts", rotate: 0, keep: 1))
        let line = Array("{\"a\":\"\(String(repeating: "a", count: 9_990))\"}\n".utf8)
        var whole = 0
        while code({ try sink.append(line) }) == nil, whole < 10 { whole += 1 }
        #expect((1...6).contains(whole))
        #expect(code { try sink.append(line + line) } == .full)
        #expect(text(mounted + "/alerts")?.utf8.count == whole * line.count)
        #expect(truncate(mounted + "/alerts", 0) == 0)
        try sink.append(line)
        #expect(text(mounted + "/alerts")?.utf8.count == line.count)
    }

    /// Whether a command ends well.
    func run(_ command: String...) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test("Whatever happens, what was accepted is there once, and nothing else")
    func anything() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var state = seed
        func below(_ bound: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % Int(bound)
        }
        for _ in 0..<10 {
            let directory = try Directory()
            let path = directory.path + "/a"
            let settings = FileSink.Settings(path: path, rotate: Int64(below(90)), keep: 1_000)
            let disk = Disk(room: 0)
            func open() -> FileSink { FileSink(settings) { disk.write($0, $1) } }
            var sink: FileSink? = open()
            var accepted: [Int] = []
            for step in 0..<40 {
                switch below(12) {
                case 0: rename(path, path + "-moved\(step)")
                case 1: sink?.reopen()
                case 2:
                    sink = nil
                    sink = open()
                default:
                    let numbers = (0...below(3)).map { step * 10 + $0 }
                    let lines = numbers.map { "{\"number\":\($0)}\n" }.joined()
                    (disk.room, disk.pieces) = (below(200), 1 + below(20))
                    if code({ try sink?.append(Array(lines.utf8)) }) == nil { accepted += numbers }
                }
            }
            let found = try FileManager.default.contentsOfDirectory(atPath: directory.path)
                .flatMap { name in
                    (text(directory.path + "/" + name) ?? "").split(separator: "\n").map {
                        Int($0.dropFirst(10).dropLast()) ?? -1
                    }
                }
            #expect(found.sorted() == accepted, "seed \(seed)")
            #expect(!accepted.isEmpty, "seed \(seed)")
        }
    }

    @Test("A directory that is gone, a place that is no file and a second writer are errors")
    func refusals() throws {
        let first = sink()
        try first.append(Array("1\n".utf8))
        let second = sink()
        #expect(code { try second.append(Array("2\n".utf8)) } == .inUse)
        try FileManager.default.removeItem(atPath: directory.path)
        #expect(code { try first.append(Array("3\n".utf8)) } == .missing)
        try FileManager.default.createDirectory(
            atPath: directory.path, withIntermediateDirectories: false)
        try first.append(Array("3\n".utf8))
        #expect(text(path) == "3\n")
        let place = FileSink(.init(path: directory.path, rotate: 0, keep: 1))
        #expect(code { try place.append([10]) } == .notAFile)
        let device = FileSink(.init(path: "/dev/null", rotate: 0, keep: 1))
        #expect(code { try device.append([10]) } == .notAFile)
        let pipe = directory.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let sink = FileSink(.init(path: pipe, rotate: 0, keep: 1))
        #expect(code { try sink.append([10]) } == .notAFile)
    }

    @Test("What cannot be put aside is an error and stays where it is")
    func rotationFails() throws {
        let sink = sink(rotate: 2, keep: 1)
        try sink.append(Array("1\n".utf8))
        try FileManager.default.createDirectory(
            atPath: path + ".1/x", withIntermediateDirectories: true)
        #expect(code { try sink.append(Array("2\n".utf8)) } != nil)
        #expect(text(path) == "1\n")
        try FileManager.default.removeItem(atPath: path + ".1")
        try sink.append(Array("2\n".utf8))
        #expect(text(path) == "2\n" && text(path + ".1") == "1\n")
    }
}
