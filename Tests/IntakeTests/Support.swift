import AuditModel
import CZlib
import CZstd
import Foundation
import Glibc
import Intake
import Testing

/// A directory for one test, removed with it.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/intake-tests-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        let descriptor = open(file, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            try #require(count > 0)
            written += count
        }
        return file
    }

    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }
}

/// What a test looks at: records as bytes with their places, and losses.
struct Harvest: Equatable {
    var records: [[UInt8]] = []
    var places: [Int64] = []
    var issues: [ReadIssue] = []
    var lineage = ID128.none

    var texts: [String] { records.map { String(decoding: $0, as: UTF8.self) } }
}

func harvest(
    _ path: String, _ limits: ReadLimits = ReadLimits(), records: Int = 1000, bytes: Int = 1 << 20
) throws -> Harvest {
    let reader = try RecordReader(Input(name: path, size: nil), limits: limits)
    var harvest = Harvest()
    harvest.lineage = reader.stream.lineage
    while let result = try reader.next(maximumRecords: records, maximumBytes: bytes) {
        #expect(result.batch.bytes.suffix(RecordBatch.tailPadding).allSatisfy { $0 == 0 })
        #expect(result.batch.records.count <= records)
        for record in result.batch.records {
            let end = record.offset + record.count
            #expect(end + RecordBatch.tailPadding <= result.batch.bytes.count)
            harvest.records.append(Array(result.batch.bytes[record.offset..<end]))
            harvest.places.append(record.at)
        }
        harvest.issues += result.issues
    }
    return harvest
}

func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    try #require(deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, 0, ZLIB_VERSION, size) == Z_OK)
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: bytes.count + 1024)
    var input = bytes
    let produced = input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            deflate(&stream, Z_FINISH)
            return output.count - Int(stream.avail_out)
        }
    }
    return Array(output.prefix(produced))
}

func zstd(_ bytes: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    let count = ZSTD_compress(&output, output.count, bytes, bytes.count, 3)
    return Array(output.prefix(count))
}
