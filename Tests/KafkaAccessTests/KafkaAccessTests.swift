import Testing

@testable import KafkaAccess

@Suite("How brokers are reached")
struct KafkaAccessTests {
    @Test("Versions of the library are judged")
    func versions() {
        #expect(KafkaLibrary.warning(for: 0x0200_02FF, "2.0.2")?.contains("old") == true)
        #expect(KafkaLibrary.warning(for: 0x0201_00FF, "2.1.0")?.contains("twice") == true)
        #expect(KafkaLibrary.warning(for: 0x0202_01FF, "2.2.1")?.contains("twice") == true)
        #expect(KafkaLibrary.warning(for: 0x0203_00FF, "2.3.0") == nil)
        #expect(KafkaLibrary.version.split(separator: ".").count >= 3)
        #expect(KafkaLibrary.features.contains("ssl"))
    }

    @Test("Files that cannot be read are told apart from what is written wrongly")
    func files() {
        var cluster = KafkaCluster(brokers: ["k1"])
        var tls = KafkaTLS()
        tls.authorityFile = "/does/not/exist"
        tls.keyPassword = KafkaPassword("hunter2")
        cluster.tls = tls
        let problems = cluster.problems(owned: [:])
        #expect(problems.map(\.key) == ["tls.ca", "tls.key_password"])
        #expect(problems.map(\.isFile) == [true, false])
    }

    @Test("What a client sets itself nobody else sets, and is told what to use instead")
    func owned() {
        var cluster = KafkaCluster(brokers: ["k1"])
        cluster.properties = ["acks": "0", "linger.ms": "5", "security.protocol": "ssl"]
        let problems = cluster.problems(owned: ["acks": ""])
        #expect(problems.map(\.key) == ["properties.acks", "properties.security.protocol"])
        #expect(problems[0].message.contains("has to stay"))
        #expect(problems[1].message.contains("use 'tls'"))
        #expect(throws: KafkaRefusal.self) {
            _ = try cluster.configuration([("linger.ms", "many")], owned: ["acks": ""])
        }
    }
}
