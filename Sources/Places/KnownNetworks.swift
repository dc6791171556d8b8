internal import AuditModel

/// What is known about networks without any file. Every prefix and system is one entry.
enum KnownNetworks {
    /// Raised with every change of the tables below or of `IPPrefix.privateUse`: an address may
    /// then belong to another class.
    static let version = 1

    /// The class of an autonomous system that everybody meets; nil for all others.
    static func networkClass(ofSystem number: UInt32) -> NetworkClass? { bySystem[number] }

    private static let bySystem: [UInt32: NetworkClass] = {
        var classes: [UInt32: NetworkClass] = [:]
        for (networkClass, numbers) in systems {
            for number in numbers { classes[number] = networkClass }
        }
        return classes
    }()

    /// Autonomous systems by what their addresses are used for. Source: holder names in the
    /// registries' (RIRs') public data and the operators' own public descriptions. Only systems
    /// whose whole address space is of one class; carriers that sell homes and phones out of one
    /// system are left to the `--networks` file.
    private static let systems: [(NetworkClass, [UInt32])] = [
        (
            .hosting,
            [
                16509, 14618,  // Amazon
                8075,  // Microsoft
                15169, 396_982,  // Google, Google Cloud
                31898,  // Oracle Cloud
                36351,  // IBM Cloud (SoftLayer)
                45102, 37963,  // Alibaba Cloud
                132_203, 45090,  // Tencent Cloud
                24940, 213_230, 212_317,  // Hetzner
                16276,  // OVHcloud
                14061,  // DigitalOcean
                63949,  // Akamai Connected Cloud (Linode)
                20473,  // Vultr
                12876,  // Scaleway
                51167, 40021,  // Contabo
                60781, 28753, 30633,  // Leaseweb
                197_540,  // netcup
                9009,  // M247
                36352,  // ColoCrossing
                53667,  // FranTech
                33070, 19994,  // Rackspace
                60068, 212_238,  // Datacamp
                49981,  // WorldStream
                26496,  // GoDaddy
            ]
        ),
        (
            .anycast,
            [
                13335,  // Cloudflare, WARP and Private Relay egress among it: nowhere in particular
                54113,  // Fastly
                20940,  // Akamai's edge
            ]
        ),
        (.relay, [36183]),  // Akamai: egress of iCloud Private Relay
        (
            .vpn,
            [
                39351,  // 31173 Services (Mullvad)
                136_787, 207_137, 147_049,  // TEFINCOM, PacketHub (NordVPN)
            ]
        ),
        (
            .satellite,
            [
                14593,  // SpaceX Starlink
                7155,  // Viasat
                6621, 63062,  // Hughes
            ]
        ),
        (
            .mobile,
            [
                21928,  // T-Mobile USA
                6167, 22394,  // Verizon Wireless
                20057,  // AT&T Mobility
                12576,  // EE
                51207,  // Free Mobile
                9605,  // NTT Docomo
                45609,  // Bharti Airtel mobility
                55836,  // Reliance Jio
                23693,  // Telkomsel
            ]
        ),
        (
            .education,
            [
                3, 32,  // MIT, Stanford
                11537,  // Internet2
                680, 786, 1103, 2200,  // DFN, Jisc, SURF, RENATER
                137, 766, 559,  // GARR, RedIRIS, SWITCH
                1653, 224, 1741,  // SUNET, Sikt, FUNET
                20965,  // GÉANT
            ]
        ),
    ]
}
