// swift-tools-version: 6.3
import PackageDescription

// OTOMI_ONLY=ValuesTests,PlatformTests narrows the graph to those targets and what they need, so that a pure module's
// tests build in seconds without NIO, Hummingbird or BoringSSL. Unset, it is the whole house.
let only = Context.environment["OTOMI_ONLY"].map { Set($0.split(separator: ",").map(String.init)) }

// Set by script/fuzz: the readers of what comes from outside are built with libFuzzer's instrumentation, as one library.
let isFuzzing = Context.environment["OTOMI_FUZZ"] != nil

let swiftSettings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (isFuzzing ? [.define("OTOMI_FUZZ"), .unsafeFlags(["-sanitize=fuzzer"])] : [])

// MARK: - Libraries of others

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let packages: [(name: String, dependency: Package.Dependency)] = [
    ("hummingbird", .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1")),
    ("swift-http-types", .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0")),
    ("swift-nio", .package(url: "https://github.com/apple/swift-nio", from: "2.101.2")),
    ("swift-nio-extras", .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1")),
    ("swift-nio-ssl", .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.2")),
    ("swift-certificates", .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1")),
    ("swift-asn1", .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0")),
    ("swift-crypto", .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")),
    ("swift-log", .package(url: "https://github.com/apple/swift-log", from: "1.16.2")),
    (
        "swift-service-lifecycle",
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0")
    ),
    ("swift-argument-parser", .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")),
]

// MARK: - Rooms

func room(
    _ name: String,
    in folder: String = "Sources",
    _ dependencies: [Target.Dependency] = [],
    exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "\(folder)/\(name)",
        exclude: exclude,
        resources: resources,
        swiftSettings: swiftSettings
    )
}

func program(_ name: String, in folder: String = "Sources", _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies,
        path: "\(folder)/\(name)",
        swiftSettings: swiftSettings
    )
}

/// A suite of tests by its own name.
func suite(
    _ name: String,
    _ dependencies: [Target.Dependency],
    exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        path: "Tests/\(name)",
        exclude: exclude,
        resources: resources,
        swiftSettings: swiftSettings
    )
}

/// The suite of one room.
func tests(
    _ name: String,
    _ dependencies: [Target.Dependency],
    exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    suite("\(name)Tests", [.init(stringLiteral: name)] + dependencies, exclude: exclude, resources: resources)
}

let shared: [Target] = [
    .systemLibrary(name: "CPostgres", path: "Sources/CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
        name: "CCurl",
        path: "Sources/CCurl",
        pkgConfig: "libcurl",
        providers: [.apt(["libcurl4-openssl-dev"])]
    ),
    .systemLibrary(name: "CGit2", path: "Sources/CGit2", pkgConfig: "libgit2", providers: [.apt(["libgit2-dev"])]),
    .systemLibrary(name: "CYAML", path: "Sources/CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
        name: "CJemalloc",
        path: "Sources/CJemalloc",
        pkgConfig: "jemalloc",
        providers: [.apt(["libjemalloc-dev"])]
    ),
    room("Heap", ["CJemalloc"]),
    room("JSON"),
    room("YAML", ["JSON", "CYAML"]),
    room("Values", ["JSON"], resources: [.embedInCode("Schemas")]),
    room(
        "Platform",
        ["Values", "JSON"],
        exclude: ["Catalogue/Entries", "Catalogue/NOTICE"],
        resources: [.embedInCode("Catalogue/Catalogue.json"), .embedInCode("Catalogue/Entry.json")]
    ),
    room("Installation", ["JSON"]),
    room("Bundles", ["JSON", crypto]),
    room("Concurrency"),
    room("Observability", ["Concurrency", "JSON", logging]),
    room("Git", ["CGit2", "Concurrency"]),
    room("Postgres", ["CPostgres", "Concurrency", "Observability", "JSON", logging]),
    room("HTTPTransport", ["CCurl", "Concurrency", "Observability", "JSON", logging]),
    room("Kubernetes", ["HTTPTransport", "YAML", "JSON", "Concurrency", "Observability", logging]),
    room("AgentProtocol", ["Bundles", "JSON", crypto]),
    room("HubAPI", ["Values", "JSON", "HTTPTransport"]),
    room(
        "ClusterSimulator",
        ["Kubernetes", "JSON", "YAML", "Concurrency", logging, lifecycle, hummingbird, httpTypes, nioCore]
    ),
    program("otomi-simulator", ["ClusterSimulator", argumentParser, logging, lifecycle]),
    room(
        "OtomiCommands",
        ["HubAPI", "Bundles", "Platform", "Values", "JSON", "YAML", "HTTPTransport", "Concurrency", argumentParser]
    ),
    program("otomi", ["OtomiCommands", argumentParser]),
    room("TUFClient", ["Bundles", "HTTPTransport", crypto, cryptoExtras]),
    program("tuf-client", ["TUFClient", argumentParser]),
]

let hub: [Target] = [
    .target(
        name: "Migrations",
        path: "migrations",
        exclude: ["README.md"],
        resources: [.embedInCode("sql")],
        swiftSettings: swiftSettings
    ),
    room(
        "HubStore",
        in: "hub/Sources",
        ["Values", "Bundles", "Postgres", "Migrations", "JSON", "Concurrency", crypto, cryptoExtras, logging]
    ),
    room(
        "HubPublisher",
        in: "hub/Sources",
        ["HubStore", "Values", "Platform", "Bundles", "JSON", "Concurrency", "Observability", logging, lifecycle]
    ),
    room(
        "HubRollouts",
        in: "hub/Sources",
        ["HubStore", "Values", "JSON", "Concurrency", "Observability", logging, lifecycle]
    ),
    room(
        "HubGit",
        in: "hub/Sources",
        ["HubStore", "Git", "Values", "YAML", "JSON", "Concurrency", logging, lifecycle]
    ),
    room("HubTLS", in: "hub/Sources", ["COpenSSL", "Concurrency", crypto, nioCore, x509, asn1, logging, lifecycle]),
    room(
        "HubSignOn",
        in: "hub/Sources",
        ["HubAPI", "Values", "Bundles", "HTTPTransport", "JSON", "Concurrency", crypto, cryptoExtras, logging]
    ),
    room(
        "HubEvents",
        in: "hub/Sources",
        [
            "HubStore", "HubAPI", "Bundles", "HTTPTransport", "JSON", "Concurrency", "Observability", crypto, logging,
            lifecycle,
        ]
    ),
    room(
        "HubHTTP",
        in: "hub/Sources",
        [
            "HubEvents", "HubGit", "HubRollouts", "HubTLS", "HubStore", "HubPublisher", "HubSignOn", "HubAPI",
            "AgentProtocol", "Installation", "Values", "Platform", "Bundles", "JSON", "YAML", "Concurrency",
            "Observability", crypto, logging, lifecycle, hummingbird, httpTypes, nioCore, hummingbirdCore,
            nioHTTP1, nioHTTPTypes, nioHTTPTypesHTTP1,
        ]
    ),
    program(
        "otomi-hub",
        in: "hub/Sources",
        [
            "HubHTTP", "HubEvents", "HubGit", "HubRollouts", "HubTLS", "HubPublisher", "HubSignOn", "HubStore",
            "Bundles", "Values", "JSON", "HTTPTransport", "Installation", "Postgres", "Observability", "Concurrency",
            "Heap",
            argumentParser, logging, lifecycle, unixSignals, hummingbird,
        ]
    ),
]

let agents: [Target] = [
    room(
        "ClusterAgent",
        in: "agents/Sources",
        ["AgentProtocol", "Bundles", "Kubernetes", "HTTPTransport", "JSON", "Concurrency", "Observability", logging]
    ),
    program(
        "otomi-agent",
        in: "agents/Sources",
        ["ClusterAgent"]
    ),
]

let suites: [Target] = [
    room("PlatformTestSupport", in: "Tests/Support", ["Values", "JSON", "YAML"]),
    room("PostgresTestSupport", in: "Tests/Support", ["Postgres", "Migrations", "Concurrency", logging]),
    room(
        "KubernetesTestSupport",
        in: "Tests/Support",
        ["Kubernetes", "HTTPTransport", "ClusterSimulator", "JSON", "YAML", logging]
    ),
    room(
        "FleetTestSupport",
        in: "Tests/Support",
        ["HubAPI", "HTTPTransport", "JSON", "Concurrency", "KubernetesTestSupport"]
    ),
    room(
        "AgentTestSupport",
        in: "Tests/Support",
        [
            "ClusterAgent", "AgentProtocol", "Bundles", "JSON", "Concurrency", hummingbird, httpTypes, nioCore,
            nioPosix, logging,
        ]
    ),
    room(
        "AgentWorldSupport",
        in: "Tests/Support",
        ["AgentTestSupport", "KubernetesTestSupport", "ClusterAgent", "Kubernetes", "JSON", "Concurrency", logging]
    ),
    room(
        "HubTestSupport",
        in: "Tests/Support",
        [
            "HubHTTP", "HubStore", "HubPublisher", "HubRollouts", "HubAPI", "AgentProtocol", "Bundles", "Values",
            "Postgres", "PostgresTestSupport", "Concurrency", "Observability", "JSON", logging, hummingbird,
            hummingbirdTesting, httpTypes, nioCore,
        ]
    ),
    room(
        "SimulatedFleet",
        in: "Tests/Support",
        [
            "FleetTestSupport", "HubAPI", "HTTPTransport", "AgentProtocol", "Bundles", "Kubernetes", "Values",
            "Postgres", "JSON", "Concurrency", logging, nioCore, nioHTTP1, nioPosix, nioSSL,
        ]
    ),
    suite("FleetTests", ["SimulatedFleet", "Bundles", "AgentProtocol", "JSON", "otomi-hub"]),
    room("CanarySupport", in: "Tests/Support"),
    room("FuzzTargets", in: "Tests/Support", ["AgentProtocol", "Bundles", "Values", "YAML", "JSON"]),
    suite("FuzzTests", ["FuzzTargets", "FleetTestSupport"]),
    room(
        "SignOnTestSupport",
        in: "Tests/Support",
        [
            "HubSignOn", "HubAPI", "HTTPTransport", "KubernetesTestSupport", "Concurrency", "JSON", crypto,
            cryptoExtras, logging,
        ]
    ),
    tests("JSON", []),
    tests("YAML", ["JSON"]),
    tests("Values", ["JSON", "YAML"]),
    tests(
        "Platform",
        ["PlatformTestSupport", "Values", "JSON", "YAML"],
        exclude: ["FaultTable", "PolicyTable"],
        resources: [.copy("Golden")]
    ),
    suite(
        "PlatformServerTests",
        [
            "Installation", "Platform", "PlatformTestSupport", "Values", "KubernetesTestSupport", "JSON",
        ]
    ),
    tests("Installation", ["Platform", "PlatformTestSupport", "Values", "JSON", "YAML"]),
    tests("Bundles", ["JSON", crypto]),
    tests("Concurrency", []),
    tests("Observability", []),
    tests("Git", ["PostgresTestSupport", "Concurrency"]),
    tests(
        "HubGit",
        [
            "FleetTestSupport", "Git", "HubHTTP", "HubStore", "HubTestSupport", "HubAPI", "HTTPTransport",
            "OtomiCommands", "PlatformTestSupport", "PostgresTestSupport", "Postgres", "Bundles", "Values", "YAML",
            "JSON", "Concurrency", logging, lifecycle, httpTypes,
        ]
    ),
    tests("Postgres", ["PostgresTestSupport"]),
    tests("HTTPTransport", ["JSON"]),
    tests("Kubernetes", ["JSON", "YAML"], exclude: ["HealthTable"]),
    tests("AgentProtocol", ["Bundles", "JSON", crypto]),
    tests("HubAPI", ["Values", "JSON", "HTTPTransport"]),
    tests("ClusterSimulator", ["Kubernetes", "KubernetesTestSupport", "JSON"]),
    tests("OtomiCommands", ["HubAPI", "Bundles", "Platform", "Values", "JSON", "HTTPTransport"]),
    tests(
        "TUFClient",
        [
            "FleetTestSupport", "HubTestSupport", "AgentProtocol", "Bundles", "HTTPTransport", "Concurrency", "JSON",
            hummingbird, httpTypes, nioCore, logging, "tuf-client",
        ],
        exclude: ["Python"]
    ),
    tests(
        "HubStore",
        ["PostgresTestSupport", "Bundles", "Concurrency", "Postgres", "Values", "JSON", crypto, logging]
    ),
    tests(
        "HubSignOn",
        ["SignOnTestSupport", "HubAPI", "HTTPTransport", "Values", "Concurrency", "JSON", crypto, logging]
    ),
    tests(
        "HubEvents",
        [
            "HubHTTP", "HubStore", "HubAPI", "HubTestSupport", "PostgresTestSupport", "Postgres", "HTTPTransport",
            "Values", "Observability", "Concurrency", "JSON", crypto, logging, hummingbird, httpTypes, nioCore,
        ]
    ),
    tests("HubTLS", ["COpenSSL", "PostgresTestSupport", "Concurrency", nioCore, nioEmbedded, nioTLS, nioSSL, logging]),
    tests(
        "HubRollouts",
        [
            "HubStore", "PostgresTestSupport", "Postgres", "Bundles", "Values", "JSON", "Concurrency", "Observability",
            logging, lifecycle,
        ]
    ),
    tests("HubPublisher", ["HubStore", "PostgresTestSupport", "Bundles", "Values", "JSON"]),
    tests(
        "HubHTTP",
        [
            "HubTestSupport", "SignOnTestSupport", "HubSignOn", "HubEvents", "HTTPTransport", "HubStore",
            "HubPublisher", "HubAPI", "AgentProtocol", "Bundles", "Values", "Platform", "Postgres",
            "PostgresTestSupport", "Installation", "Concurrency", "Observability", "JSON", "YAML", "HubTLS", crypto,
            logging, lifecycle, hummingbird, hummingbirdTesting, httpTypes, nioCore, nioEmbedded, nioHTTPTypes,
            nioPosix,
        ]
    ),
    tests(
        "ClusterAgent",
        [
            "AgentTestSupport", "AgentWorldSupport", "KubernetesTestSupport", "ClusterSimulator", "AgentProtocol",
            "Bundles", "HTTPTransport", "Kubernetes", "Concurrency", "Observability", "JSON", crypto, logging,
        ]
    ),
    suite(
        "AgentSoakTests",
        [
            "AgentTestSupport", "FleetTestSupport", "ClusterAgent", "AgentProtocol", "Kubernetes", "HTTPTransport",
            "JSON", "Concurrency", logging, "otomi-simulator",
        ]
    ),
    suite(
        "SecurityTests",
        [
            "AgentTestSupport", "AgentWorldSupport", "CanarySupport", "ClusterSimulator", "HubTestSupport",
            "KubernetesTestSupport", "PostgresTestSupport", "ClusterAgent", "AgentProtocol", "Bundles",
            "HTTPTransport", "HubAPI", "HubHTTP", "HubPublisher", "HubStore", "HubTLS", "Kubernetes", "OtomiCommands",
            "Postgres", "Values", "YAML", "JSON", "Concurrency", "Observability", crypto, logging, lifecycle,
            hummingbird, hummingbirdTesting, httpTypes, nioCore, nioPosix,
        ],
        exclude: ["README.md"]
    ),
    suite(
        "EndToEndTests",
        [
            "AgentTestSupport", "CanarySupport", "ClusterSimulator", "FleetTestSupport", "KubernetesTestSupport",
            "HTTPTransport", "HubAPI", "Kubernetes", "JSON", "otomi", "otomi-hub", "otomi-agent", "otomi-simulator",
        ]
    ),
]

/// Built only when OTOMI_ONLY names them, with optimisation; see script/bench.
let benchmarks: [Target] = [
    program(
        "agent-benchmark",
        in: "Benchmarks",
        [
            "AgentTestSupport", "AgentProtocol", "Bundles", "ClusterAgent", "KubernetesTestSupport", "Kubernetes",
            "HTTPTransport",
            "JSON", "Concurrency",
        ]
    ),
    program("otomi-fleet", in: "Benchmarks", ["SimulatedFleet", "Heap", argumentParser]),
    program(
        "fleet-benchmark",
        in: "Benchmarks",
        [
            "SimulatedFleet", "HubAPI", "HTTPTransport", "Postgres", "JSON", "Concurrency", "Heap", argumentParser,
            logging,
        ]
    ),
    program("compile-benchmark", in: "Benchmarks", ["HubPublisher", "Bundles", "Values", "JSON"]),
    program("trust-benchmark", in: "Benchmarks", ["AgentProtocol", "Bundles", "JSON"]),
    program(
        "propagation-benchmark",
        in: "Benchmarks",
        ["FleetTestSupport", "KubernetesTestSupport", "Kubernetes", "HubAPI", "Values", "JSON", "Concurrency"]
    ),
]

// MARK: - The house, or the part of it that was asked for

let all = shared + hub + agents + suites + (only == nil ? [] : benchmarks)

func needs(_ target: Target) -> (targets: Set<String>, packages: Set<String>) {
    var targets: Set<String> = []
    var packages: Set<String> = []
    for dependency in target.dependencies {
        switch dependency {
        case .targetItem(let name, _), .byNameItem(let name, _): targets.insert(name)
        case .productItem(_, let package, _, _): if let package { packages.insert(package) }
        @unknown default: break
        }
    }
    return (targets, packages)
}

var wanted = only ?? Set(all.map(\.name))
var pending = wanted
while let name = pending.popFirst() {
    for more in all.filter({ $0.name == name }).flatMap({ needs($0).targets }) where wanted.insert(more).inserted {
        pending.insert(more)
    }
}
let chosen = all.filter { wanted.contains($0.name) }
let usedPackages = Set(chosen.flatMap { needs($0).packages })

let package = Package(
    name: "otomi",
    products: chosen.filter { $0.type == .executable }.map { .executable(name: $0.name, targets: [$0.name]) }
        + (isFuzzing ? [.library(name: "Fuzzing", type: .static, targets: ["FuzzTargets"])] : []),
    dependencies: packages.filter { usedPackages.contains($0.name) }.map(\.dependency),
    targets: chosen
)
