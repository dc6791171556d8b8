import Delivery
import Testing

@Suite("Progress")
struct ProgressTests {
    private func line(
        _ done: Int64, _ total: Int64?, _ seconds: Double, columns: Int = 80,
        _ unit: ProgressText.Unit = .bytes
    ) -> String {
        ProgressText(done: done, total: total, seconds: seconds, unit: unit).line(columns: columns)
    }

    @Test("The bar shows the share, the rate and the time left")
    func bar() {
        #expect(
            line(50_000_000, 100_000_000, 10)
                == "[" + String(repeating: "#", count: 15) + String(repeating: "·", count: 15)
                + "]  50%  50 MB  5000 kB/s  10 s left")
        #expect(line(100, 100, 1, .events).hasPrefix("[##############################] 100%"))
        #expect(!line(100, 100, 1, .events).contains("left"))
        #expect(line(1_000, 10_000_000, 1).contains("166 min") == false)
        #expect(line(1_000, 10_000_000, 1).contains("2 h 46 min left"))
    }

    @Test("Without a total there is no bar and no promise")
    func unknownTotal() {
        #expect(line(20_000, nil, 2, .events) == "20 k events  10 k events/s")
        #expect(line(0, 0, 0) == "0 kB  0 kB/s")
    }

    @Test("No line is as wide as the terminal, whatever is counted")
    func neverWraps() {
        for columns in 0...120 {
            for (done, total) in [(0, 9), (9, 9), (Int64.max, 1), (-5, 3), (7, Int64.max)] {
                #expect(line(done, total, 0.0001, columns: columns).count <= max(0, columns - 1))
            }
        }
    }
}
