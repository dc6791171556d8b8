internal import AuditModel
internal import Foundation
public import Intake
public import TokenScan

/// Finds tokens in any text: files, archives and standard input, line by line.
public struct LeakScan {
    /// How to scan.
    public struct Options: Sendable {
        public var key: FingerprintKey
        /// Threads.
        public var jobs = 2
        /// Bytes of text scanned at once, and the longest line seen in one piece.
        public var chunkBytes = 1 << 20
        /// One finding for every place, not one for every token and input.
        public var reportsAll = false
        /// The most findings kept; more are counted.
        public var mostFindings = 1_000_000

        public init(key: FingerprintKey) { self.key = key }
    }

    /// What was scanned, and what was found.
    public struct Outcome: Sendable {
        /// In the order of the inputs and of their lines.
        public var findings: [LeakFinding] = []
        public var inputs = 0
        /// Decompressed bytes.
        public var bytes: Int64 = 0
        public var lines: Int64 = 0
        /// Findings beyond the bound.
        public var dropped = 0
        /// Inputs whose compressed data broke off, by name, and why.
        public var faults: [String] = []
    }

    private let options: Options
    /// Told bytes read, and bytes in all where that is known.
    public var progress: ((Int64, Int64?) -> Void)?

    public init(_ options: Options) { self.options = options }

    /// - Throws: ``PipelineError`` if an input cannot be opened or read.
    public func run(_ inputs: [Input]) throws(PipelineError) -> Outcome {
        let sizes = inputs.map(\.size)
        let total = sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
        let queue = LeakScanQueue(inputs, chunkBytes: options.chunkBytes)
        let options = options
        for index in 0..<max(1, options.jobs) {
            let thread = Thread {
                var scanner = TextScanner(
                    fingerprinter: Fingerprinter(key: options.key),
                    describesAll: options.reportsAll)
                while queue.work(&scanner) {}
            }
            thread.name = "scan-\(index)"
            thread.stackSize = 4 << 20
            thread.start()
        }
        var merge = LeakScanMerge(options)
        do throws(IntakeError) {
            while let piece = try queue.next() {
                merge.add(piece)
                progress?(piece.position, total)
            }
        } catch {
            throw .intake(error)
        }
        return merge.finish()
    }
}

/// The report on one chunk of one input.
struct LeakScanPiece: Sendable {
    var report: TextReport
    var path: String
    /// The input's place among the inputs.
    var input: Int
    var count: Int
    var overlap: Int
    /// Characters of the overlap.
    var overlapCharacters: Int
    var isCut: Bool
    /// Bytes read from all inputs so far, compressed where they are.
    var position: Int64
    var fault: String?
}

/// Hands out the chunks of all inputs to any number of threads, and their reports in order.
final class LeakScanQueue: @unchecked Sendable {
    private let inputs: [Input]
    private let chunkBytes: Int
    private let readLock = NSLock()
    // Guarded by `readLock`.
    private var input = -1
    private var reader: TextReader?
    private var path = ""
    private var finishedBytes: Int64 = 0
    private var nextChunk = 0
    private var isDone = false

    private let condition = NSCondition()
    // Guarded by `condition`.
    private var ready: [Int: Result<LeakScanPiece, IntakeError>] = [:]
    private var delivered = 0
    private var end: Int?

    init(_ inputs: [Input], chunkBytes: Int) {
        self.inputs = inputs
        self.chunkBytes = chunkBytes
    }

    /// Scans one chunk; false when there are no more.
    func work(_ scanner: inout TextScanner) -> Bool {
        readLock.lock()
        let place = nextChunk
        var piece: LeakScanPiece?
        var chunk: TextChunk?
        var failure: IntakeError?
        do throws(IntakeError) {
            chunk = try read(&piece)
        } catch {
            failure = error
            isDone = true
        }
        nextChunk += 1
        readLock.unlock()
        if let failure {
            publish(.failure(failure), at: place)
            return false
        }
        guard var chunk, var piece else {
            finish(at: place)
            return false
        }
        if chunk.overlap > 0 {
            piece.overlapCharacters = chunk.bytes[..<chunk.overlap].count { $0 & 0xC0 != 0x80 }
        }
        piece.report = scanner.scan(&chunk.bytes, count: chunk.count)
        publish(.success(piece), at: place)
        return true
    }

    /// The next chunk of any input, under the lock.
    private func read(_ piece: inout LeakScanPiece?) throws(IntakeError) -> TextChunk? {
        while !isDone {
            if let reader, let chunk = try reader.next() {
                piece = LeakScanPiece(
                    report: TextReport(), path: path, input: input, count: chunk.count,
                    overlap: chunk.overlap, overlapCharacters: 0, isCut: chunk.isCut,
                    position: finishedBytes + reader.inputBytesRead, fault: reader.fault)
                return chunk
            }
            finishedBytes += reader?.inputBytesRead ?? 0
            input += 1
            guard input < inputs.count else {
                isDone = true
                break
            }
            path = SecretText.redacted(inputs[input].name)
            reader = try TextReader(inputs[input], chunkBytes: chunkBytes)
        }
        return nil
    }

    private func publish(_ result: Result<LeakScanPiece, IntakeError>, at place: Int) {
        condition.lock()
        ready[place] = result
        condition.signal()
        condition.unlock()
    }

    private func finish(at place: Int) {
        condition.lock()
        end = min(end ?? place, place)
        condition.signal()
        condition.unlock()
    }

    /// The next report in order; nil after the last. Blocks.
    func next() throws(IntakeError) -> LeakScanPiece? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let result = ready.removeValue(forKey: delivered) {
                delivered += 1
                return try result.get()
            }
            if let end, delivered >= end { return nil }
            condition.wait()
        }
    }
}

/// Joins the reports on chunks: lines and columns from the start of their input, one finding for
/// every token and input.
struct LeakScanMerge {
    private struct Key: Hashable {
        var fingerprint: ID128
        var input: Int
    }

    private let options: LeakScan.Options
    private var outcome = LeakScan.Outcome()
    /// By fingerprint; the first sighting of a token by any thread brings them.
    private var aliases: [ID128: [ID128]] = [:]
    private var known: [Key: Int] = [:]
    private var input = -1
    private var lineFeeds: Int64 = 0
    /// Characters of the line so far that the next chunk continues.
    private var characters: Int64 = 0

    init(_ options: LeakScan.Options) { self.options = options }

    mutating func add(_ piece: LeakScanPiece) {
        if piece.input != input { begin(piece) }
        let base = characters - Int64(piece.overlapCharacters)
        for sighting in piece.report.sightings {
            if !sighting.aliases.isEmpty, aliases.count < options.mostFindings {
                aliases[sighting.token.anyFingerprint] = sighting.aliases
            }
            // What a cut went through is whole in the next piece; what ended before it was seen.
            if piece.isCut && sighting.range.upperBound == piece.count { continue }
            if sighting.range.upperBound < piece.overlap { continue }
            let line = lineFeeds + Int64(sighting.token.record)
            let column = Int64(sighting.column) + (sighting.token.record == 0 ? base : 0)
            add(LeakFinding(path: piece.path, line: line + 1, column: column + 1, sighting))
        }
        outcome.bytes += Int64(piece.count - piece.overlap)
        outcome.lines += Int64(piece.report.lineFeeds)
        lineFeeds += Int64(piece.report.lineFeeds)
        let isNewLine = piece.report.lineFeeds > 0
        characters = Int64(piece.report.lastLineCharacters) + (isNewLine ? 0 : base)
        if let fault = piece.fault { addFault(piece.path, fault) }
    }

    /// What all pieces gave.
    mutating func finish() -> LeakScan.Outcome {
        if characters > 0 { outcome.lines += 1 }
        for index in outcome.findings.indices {
            outcome.findings[index].aliases += aliases[outcome.findings[index].fingerprint] ?? []
        }
        return outcome
    }

    private mutating func begin(_ piece: LeakScanPiece) {
        // A last line without its end is a line.
        if characters > 0 { outcome.lines += 1 }
        input = piece.input
        outcome.inputs += 1
        lineFeeds = 0
        characters = 0
    }

    private mutating func addFault(_ path: String, _ fault: String) {
        let text = "\(path): \(fault)"
        if outcome.faults.last != text { outcome.faults.append(text) }
    }

    private mutating func add(_ finding: LeakFinding) {
        let key = Key(fingerprint: finding.fingerprint, input: input)
        if !options.reportsAll, let index = known[key] {
            outcome.findings[index].count += 1
            return
        }
        guard outcome.findings.count < options.mostFindings else {
            outcome.dropped += 1
            return
        }
        known[key] = outcome.findings.count
        outcome.findings.append(finding)
    }
}
