import Foundation
import Testing

@testable import Intake

/// Chunks of a text, put together, are the text.
@Suite struct TextReaderTests {
    private func chunks(_ bytes: [UInt8], _ chunkBytes: Int = 1 << 16) throws -> [TextChunk] {
        let path = NSTemporaryDirectory() + "/text-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(bytes).write(to: URL(filePath: path))
        let reader = try TextReader(Input(name: path, size: nil), chunkBytes: chunkBytes)
        var chunks: [TextChunk] = []
        while let chunk = try reader.next() { chunks.append(chunk) }
        #expect(reader.inputBytesRead == Int64(bytes.count))
        return chunks
    }

    private func expectWhole(_ bytes: [UInt8], _ chunks: [TextChunk]) {
        var joined: [UInt8] = []
        for chunk in chunks {
            #expect(chunk.bytes.count >= chunk.count + 64)
            #expect(chunk.bytes[chunk.count...].allSatisfy { $0 == 0 })
            #expect(Array(joined.suffix(chunk.overlap)) == Array(chunk.bytes[..<chunk.overlap]))
            joined += chunk.bytes[chunk.overlap..<chunk.count]
        }
        #expect(joined == bytes)
    }

    @Test(arguments: [1, 2, 3])
    func linesStayWhole(seed: Int) throws {
        var bytes: [UInt8] = []
        for line in 0..<6000 {
            bytes += [UInt8](repeating: 0x61, count: line * 37 * seed % 200)
            bytes.append(0x0A)
        }
        bytes += Array("no end".utf8)
        let chunks = try chunks(bytes)
        expectWhole(bytes, chunks)
        #expect(chunks.count > 3)
        for chunk in chunks.dropLast() {
            #expect(chunk.bytes[chunk.count - 1] == 0x0A && !chunk.isCut && chunk.overlap == 0)
        }
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 98_304, 200_000])
    func longLinesComeInPiecesThatOverlap(length: Int) throws {
        let line = (0..<length).map { UInt8(0x61 + $0 % 23) }
        for end in [[], [0x0A], Array("\nnext\n".utf8)] as [[UInt8]] {
            let chunks = try chunks(line + end)
            expectWhole(line + end, chunks)
            for (chunk, next) in zip(chunks, chunks.dropFirst()) {
                #expect(next.overlap == (chunk.isCut ? TextReader.overlapBytes : 0))
            }
            #expect(chunks.last?.isCut != true)
        }
    }
}
