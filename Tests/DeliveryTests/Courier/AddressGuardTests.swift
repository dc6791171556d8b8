import AuditModel
import Testing

@testable import Delivery

@Suite("Addresses that hooks must not reach")
struct AddressGuardTests {
    private func refusal(_ text: String) throws -> String? {
        let address = text == "::" ? IPAddress.none : try #require(IPAddress(text), "\(text)")
        return AddressGuard.refusal(of: address)
    }

    @Test(
        "Public addresses pass",
        arguments: [
            "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
            "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
            "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
            "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:200::1", "2003::1",
            "2a00:1450:4001::200e", "64:ff9b::101:101", "2002:101:101::1", "::ffff:8.8.8.8",
            "::ffff:0:8.8.8.8",
        ])
    func open(_ text: String) throws {
        #expect(try refusal(text) == nil)
    }

    @Test(
        "Others are named",
        arguments: [
            ("0.0.0.0", "unspecified"), ("0.255.255.255", "unspecified"), ("::", "unspecified"),
            ("127.0.0.1", "loopback"), ("127.255.255.255", "loopback"), ("::1", "loopback"),
            ("10.0.0.0", "private"), ("10.255.255.255", "private"), ("172.16.0.0", "private"),
            ("172.31.255.255", "private"), ("192.168.0.1", "private"),
            ("100.64.0.0", "shared"), ("100.127.255.255", "shared"),
            ("169.254.0.1", "link-local"), ("fe80::1", "link-local"), ("febf::1", "link-local"),
            ("169.254.169.254", "metadata"), ("168.63.129.16", "metadata"),
            ("100.100.100.200", "metadata"), ("fd00:ec2::254", "metadata"),
            ("192.0.0.192", "metadata"), ("fc00::1", "unique local"), ("fdff::1", "unique local"),
            ("224.0.0.1", "multicast"), ("239.255.255.255", "multicast"), ("ff02::1", "multicast"),
            ("192.0.0.1", "reserved"), ("192.0.2.1", "reserved"), ("192.88.99.1", "reserved"),
            ("198.18.0.1", "reserved"), ("198.19.255.255", "reserved"), ("203.0.113.9", "reserved"),
            ("240.0.0.1", "reserved"), ("255.255.255.255", "reserved"), ("fec0::1", "reserved"),
            ("::7f00:1", "reserved"), ("2001::1", "reserved"), ("2001:db8::1", "reserved"),
            ("64:ff9b:1::a00:1", "reserved"), ("100::1", "reserved"), ("3fff::1", "reserved"),
        ])
    func refused(_ text: String, _ kind: String) throws {
        #expect(try refusal(text)?.contains(kind) == true, "\(text)")
    }

    @Test(
        "IPv4 inside IPv6 is judged by what it leads to",
        arguments: [
            ("::ffff:127.0.0.1", "loopback"), ("::ffff:10.1.2.3", "private"),
            ("::ffff:169.254.169.254", "metadata"),
            ("64:ff9b::7f00:1", "loopback address, inside IPv6"),
            ("64:ff9b::10.0.0.1", "private address, inside IPv6"),
            ("64:ff9b::169.254.169.254", "metadata"), ("2002:7f00:1::", "loopback"),
            ("2002:c0a8:101::1", "private"), ("2002:a9fe:a9fe::", "metadata"),
            ("::ffff:0:127.0.0.1", "loopback"), ("::ffff:0:192.168.1.1", "private"),
        ])
    func embedded(_ text: String, _ kind: String) throws {
        #expect(try refusal(text)?.contains(kind) == true, "\(text)")
    }

    @Test("Every range of the table can be read")
    func table() {
        #expect(AddressGuard.ranges.map(\.prefixes.count) == [6, 2, 2, 3, 1, 2, 1, 2, 15])
    }
}
