// swift-tools-version: 6.2
import PackageDescription

// One direction of imports, lower floor to higher (docs/ARCHITECTURE.md, "Floors").
// `swift build --explicit-target-dependency-import-check error` enforces every row below.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, swiftSettings: strict)
}

func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let arguments: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "grantrail",
    products: [.executable(name: "grantrail", targets: ["grantrail"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        system("COpenSSL", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
        system("CPCRE2", pkgConfig: "libpcre2-8", apt: "libpcre2-dev"),
        system("CMaxMind", pkgConfig: "libmaxminddb", apt: "libmaxminddb-dev"),
        system("CRdKafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        .systemLibrary(name: "CAllocator"),
        .systemLibrary(name: "CProcessor"),
        .systemLibrary(name: "CByteFilter"),

        // Floor 0
        library("AuditModel", ["COpenSSL"]),
        // Floor 1
        library("WireFormat", ["AuditModel"]),
        library("GrantLedger", ["AuditModel", "CProcessor"]),
        library("MarkedText", ["AuditModel", yams]),
        // Floor 2
        library("LogFormats", ["AuditModel", "WireFormat"]),
        library("TokenScan", ["AuditModel", "COpenSSL", "CByteFilter"]),
        library("Detection", ["AuditModel", "WireFormat", "GrantLedger", "CPCRE2"]),
        library("KafkaAccess", ["CRdKafka"]),
        // Floor 3
        library("Intake", ["AuditModel", "KafkaAccess", "CZstd", "CZlib", "CRdKafka"]),
        library("EventStore", ["AuditModel", "CSQLite", "CZstd"]),
        library(
            "RuleBook",
            [
                "AuditModel", "WireFormat", "MarkedText", "GrantLedger", "LogFormats",
                "Detection",
            ]),
        library(
            "Delivery",
            ["AuditModel", "WireFormat", "KafkaAccess", "COpenSSL", "CCurl", "CRdKafka"]),
        library("TrafficSimulator", ["AuditModel", "WireFormat"]),
        library("Places", ["AuditModel", "MarkedText", "CMaxMind"]),
        library("Configuration", ["AuditModel", "WireFormat", "MarkedText"]),
        library("Clients", ["AuditModel", "WireFormat", "MarkedText", "GrantLedger"]),
        // Floor 4
        library(
            "Pipeline",
            [
                "AuditModel", "WireFormat", "GrantLedger", "LogFormats", "TokenScan", "Detection",
                "Intake", "EventStore", "Delivery", "Places",
            ]),
        library("Console", ["WireFormat"]),
        // Floor 5
        .executableTarget(
            name: "grantrail",
            dependencies: [
                "AuditModel", "WireFormat", "LogFormats", "TokenScan", "Detection", "Intake",
                "EventStore", "RuleBook", "Delivery", "TrafficSimulator", "Pipeline",
                "Places", "MarkedText", "Configuration", "GrantLedger", "CAllocator", "COpenSSL", arguments,
                "Console", "KafkaAccess", "Clients",
            ],
            swiftSettings: strict),

        // What tests share.
        .target(
            name: "TestSupport", dependencies: ["CRdKafka"], path: "Tests/TestSupport",
            swiftSettings: strict),
        tests("AuditModel", ["AuditModel"]),
        tests(
            "Intake",
            [
                "AuditModel", "Intake", "KafkaAccess", "CZlib", "CZstd", "CRdKafka",
                "TestSupport",
            ]),
        tests("KafkaAccess", ["KafkaAccess"]),
        tests("TokenScan", ["AuditModel", "TokenScan", "TestSupport"]),
        tests(
            "Delivery",
            ["Delivery", "AuditModel", "WireFormat", "KafkaAccess", "CRdKafka", "TestSupport"]),
        tests("WireFormat", ["WireFormat", "AuditModel", "TestSupport"]),
        tests("LogFormats", ["LogFormats", "WireFormat", "AuditModel", "TestSupport"]),
        tests(
            "RuleBook",
            ["RuleBook", "AuditModel", "MarkedText", "GrantLedger", "Detection", "TestSupport"]),
        tests("TrafficSimulator", ["TrafficSimulator", "AuditModel"]),
        tests("GrantLedger", ["GrantLedger", "AuditModel", "TestSupport"]),
        tests("Detection", ["Detection", "GrantLedger", "AuditModel", "TestSupport"]),
        tests(
            "Configuration", ["Configuration", "AuditModel", "MarkedText", "WireFormat", "TestSupport"]),
        tests("Places", ["Places", "AuditModel", "MarkedText"]),
        tests("Clients", ["Clients", "AuditModel", "GrantLedger", "MarkedText", "TestSupport"]),
        tests("EventStore", ["EventStore", "AuditModel", "CSQLite", "TestSupport"]),
        tests(
            "Pipeline",
            [
                "Pipeline", "AuditModel", "Detection", "Intake", "LogFormats", "EventStore",
                "RuleBook", "TokenScan", "TrafficSimulator", "WireFormat", "Delivery", "TestSupport",
                "Places", "GrantLedger",
            ]),
        tests("Console", ["Console", "TestSupport"]),
        // Runs the built program; reads the repository.
        tests("Command", ["TestSupport"]),
        tests("Tidy", []),
    ]
)
