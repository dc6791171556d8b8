import Pipeline
import Testing

@Suite("What hooks commands ask a service")
struct OutboxRequestTests {
    @Test("Requests and answers are read as they were written")
    func roundTrip() {
        let most = (0..<Int64(OutboxRequest.mostSequences)).map { Int64.max - $0 }
        let requests: [OutboxRequest] = [
            .replay(hook: "soc", sequences: [1, 2, 9_007_199_254_740_993]),
            .replay(hook: "soc", sequences: []),
            .replay(hook: String(repeating: "s", count: 64), sequences: most),
            .drop(hook: "a \"b\"\n", reason: "é\u{1}{}"), .enable(hook: "soc"),
        ]
        for request in requests {
            #expect(OutboxRequest(line: request.line) == request)
            #expect(!request.line.contains("\n") && request.line.utf8.count < 1 << 16)
        }
        for answer in [OutboxAnswer.changed(0), .changed(12), .refused("no: \"x\"")] {
            #expect(OutboxAnswer(line: answer.line) == answer)
        }
        #expect(
            requests[0].line
                == #"hooks.replay {"hook":"soc","sequences":[1,2,9007199254740993]}"#)
    }

    @Test(
        "What is none is not read as one",
        arguments: [
            "", "status", "hooks.replay", "hooks.replay {}", "hooks.replay []", "hooks.drop 1",
            #"hooks.replay {"hook":"soc"}"#, #"hooks.replay {"hook":"","sequences":[1]}"#,
            #"hooks.replay {"hook":"soc","sequences":[1.5]}"#,
            #"hooks.replay {"hook":"soc","sequences":["1"]}"#,
            #"hooks.replay {"hook":"soc","sequences":[[1]]}"#,
            #"hooks.replay {"hook":"soc","sequences":[99999999999999999999]}"#,
            #"hooks.replay {"hook":["soc"],"sequences":[1]}"#,
            #"hooks.drop {"hook":"soc"}"#, #"hooks.other {"hook":"soc"}"#,
            #"hooks.enable {"hook":"soc""#, #"hooks.enable {"hook":"soc"} x"#,
        ])
    func nonsense(line: String) {
        #expect(OutboxRequest(line: line) == nil)
        #expect(OutboxAnswer(line: line) == nil)
    }

    @Test("A request of too many deliveries and an answer of less than none are refused")
    func bounds() {
        let many = [Int64](repeating: 1, count: OutboxRequest.mostSequences + 1)
        #expect(OutboxRequest(line: OutboxRequest.replay(hook: "s", sequences: many).line) == nil)
        #expect(OutboxAnswer(line: #"{"changed":-1}"#) == nil)
    }
}
