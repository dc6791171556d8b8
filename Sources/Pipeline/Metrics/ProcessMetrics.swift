internal import Foundation

/// What the system knows of this process; absent where it does not say.
public struct ProcessMetrics: Sendable, Equatable {
    public var residentBytes: Int64?
    /// Time on processors, of the program and of the system on its behalf.
    public var processorSeconds: Double?
    /// Unix seconds.
    public var startSeconds: Double?
    public var openFiles: Int?

    public init() {}

    /// Reads `/proc`.
    public static func read() -> ProcessMetrics {
        ProcessMetrics(
            status: text(of: "/proc/self/stat"), memory: text(of: "/proc/self/statm"),
            machine: text(of: "/proc/stat"), openFiles: countFiles(),
            pageSize: Int64(sysconf(Int32(_SC_PAGESIZE))),
            ticks: Double(sysconf(Int32(_SC_CLK_TCK))))
    }

    /// - Parameters:
    ///   - status: `/proc/self/stat`, whose second field is a name in parentheses that may hold
    ///     anything.
    ///   - memory: `/proc/self/statm`.
    ///   - machine: `/proc/stat`, for the time at which the machine was started.
    ///   - ticks: the system's ticks in a second.
    init(
        status: String, memory: String, machine: String, openFiles: Int?, pageSize: Int64,
        ticks: Double
    ) {
        let pages = memory.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
        residentBytes = pages.flatMap { pages in
            let (bytes, isBeyond) = pages.multipliedReportingOverflow(by: pageSize)
            return isBeyond ? nil : bytes
        }
        let tail = status.lastIndex(of: ")").map { status[status.index(after: $0)...] } ?? ""
        let fields = tail.split(separator: " ")
        // proc(5) counts from 1 and the name is the second.
        func ticksOf(_ field: Int) -> Double? {
            fields.indices.contains(field - 3) ? Double(fields[field - 3]) : nil
        }
        if ticks > 0, let user = ticksOf(14), let system = ticksOf(15) {
            processorSeconds = (user + system) / ticks
        }
        let boot = machine.split(separator: "\n").first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst("btime ".count)) }
        if ticks > 0, let boot, let start = ticksOf(22) { startSeconds = boot + start / ticks }
        self.openFiles = openFiles
    }

    private static func countFiles() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Neither the two names of directories nor what was opened to look.
        return max(0, count - 3)
    }

    private static let mostBytes = 1 << 20

    private static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < mostBytes {
            let count = Foundation.read(descriptor, &piece, piece.count)
            if count <= 0 { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
