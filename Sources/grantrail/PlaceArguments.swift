import ArgumentParser
import AuditModel
import Pipeline
import Places

/// What tells where addresses are.
struct PlaceArguments: ParsableArguments {
    @Option(
        help: """
            A database of places (.mmdb); with --store the stored places are resolved anew.
            """)
    var geo: String?

    @Option(help: "A database of autonomous systems or of network kinds (.mmdb).")
    var asn: String?

    @Option(help: "Own networks as CSV: prefix,class[,name[,country,city,lat,lon,radius_km]].")
    var networks: String?

    @Option(
        name: .customLong("trusted-proxies"),
        help: "Own proxies, as addresses or prefixes with commas between: never a token's holder.")
    var trustedProxies: PrefixList?

    /// Whether anything was named.
    var isNamed: Bool { geo != nil || asn != nil || networks != nil || trustedProxies != nil }

    /// Nil when nothing was named.
    func book() throws(PipelineError) -> PlaceBook? {
        if !isNamed { return nil }
        do throws(PlacesError) {
            return try PlaceBook(
                city: geo, asn: asn, networks: networks,
                trustedProxies: trustedProxies?.prefixes ?? [])
        } catch {
            throw .places(error)
        }
    }
}

/// Prefixes on the command line: `10.0.0.0/8,192.0.2.7`.
struct PrefixList: ExpressibleByArgument {
    let prefixes: [IPPrefix]

    init?(argument: String) {
        var prefixes: [IPPrefix] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard case .success(let prefix) = IPPrefix.read(String(part)) else { return nil }
            prefixes.append(prefix)
        }
        self.prefixes = prefixes
    }
}
