// swift-tools-version: 6.3
import PackageDescription

// OTOMI_ONLY=ValuesTests,PlatformTests narrows the graph to those targets and what they need, so that a pure module's
// tests build in seconds without NIO, Hummingbird or BoringSSL. Unset, it is the whole house.
let only = Context.environment["OTOMI_ONLY"].map { Set($0.split(separator: ",").map(String.init)) }

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// MARK: - Libraries of others

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
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

func tests(
    _ name: String,
    _ dependencies: [Target.Dependency],
    exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.init(stringLiteral: name)] + dependencies,
        path: "Tests/\(name)Tests",
        exclude: exclude,
        resources: resources,
        swiftSettings: swiftSettings
    )
}

let shared: [Target] = [
    .systemLibrary(name: "CPostgres", path: "Sources/CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
        name: "CCurl",
        path: "Sources/CCurl",
        pkgConfig: "libcurl",
        providers: [.apt(["libcurl4-openssl-dev"])]
    ),
    .systemLibrary(name: "CYAML", path: "Sources/CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
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
        ["HubAPI", "Bundles", "Platform", "Values", "JSON", "YAML", "HTTPTransport", argumentParser]
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
        ["Values", "Bundles", "Postgres", "Migrations", "JSON", "Concurrency", crypto, logging]
    ),
    room(
        "HubPublisher",
        in: "hub/Sources",
        ["HubStore", "Values", "Platform", "Bundles", "JSON", "Concurrency", "Observability", logging, lifecycle]
    ),
    room(
        "HubHTTP",
        in: "hub/Sources",
        [
            "HubStore", "HubPublisher", "HubAPI", "AgentProtocol", "Installation", "Values", "Platform", "Bundles",
            "JSON", "YAML", "Concurrency", "Observability", crypto, logging, lifecycle, hummingbird, httpTypes, nioCore,
        ]
    ),
    program(
        "otomi-hub",
        in: "hub/Sources",
        [
            "HubHTTP", "HubPublisher", "HubStore", "Installation", "Postgres", "Observability", "Concurrency",
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
            nioPosix,
            logging,
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
            "HubHTTP", "HubStore", "HubPublisher", "HubAPI", "AgentProtocol", "Bundles", "Values", "Postgres",
            "PostgresTestSupport", "Concurrency", "Observability", "JSON", logging, hummingbird, hummingbirdTesting,
            httpTypes, nioCore,
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
    .testTarget(
        name: "PlatformServerTests",
        dependencies: ["Installation", "Platform", "PlatformTestSupport", "Values", "KubernetesTestSupport", "JSON"],
        path: "Tests/PlatformServerTests",
        swiftSettings: swiftSettings
    ),
    tests("Installation", ["Platform", "PlatformTestSupport", "Values", "JSON", "YAML"]),
    tests("Bundles", ["JSON", crypto]),
    tests("Concurrency", []),
    tests("Observability", []),
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
    tests("HubStore", ["PostgresTestSupport", "Values", "JSON"]),
    tests("HubPublisher", ["HubStore", "PostgresTestSupport", "Bundles", "Values", "JSON"]),
    tests(
        "HubHTTP",
        [
            "HubTestSupport", "HubStore", "HubPublisher", "HubAPI", "AgentProtocol", "Bundles", "Values", "Platform",
            "Postgres", "PostgresTestSupport", "Installation", "Concurrency", "Observability", "JSON",
            "YAML", crypto, logging, lifecycle, hummingbird, hummingbirdTesting, httpTypes, nioCore,
        ]
    ),
    tests(
        "ClusterAgent",
        [
            "AgentTestSupport", "AgentWorldSupport", "KubernetesTestSupport", "ClusterSimulator", "AgentProtocol",
            "Bundles", "HTTPTransport", "Kubernetes", "Concurrency", "Observability", "JSON", crypto, logging,
        ]
    ),
    .testTarget(
        name: "AgentSoakTests",
        dependencies: [
            "AgentTestSupport", "FleetTestSupport", "ClusterAgent", "AgentProtocol", "Kubernetes", "HTTPTransport",
            "JSON",
            "Concurrency", logging, "otomi-simulator",
        ],
        path: "Tests/AgentSoakTests",
        swiftSettings: swiftSettings
    ),
    .testTarget(
        name: "SecurityTests",
        dependencies: [
            "AgentTestSupport", "AgentWorldSupport", "HubTestSupport", "KubernetesTestSupport", "PostgresTestSupport",
            "ClusterAgent", "AgentProtocol", "Bundles", "HTTPTransport", "HubAPI", "HubHTTP", "HubPublisher",
            "HubStore",
            "Kubernetes", "OtomiCommands", "Postgres", "Values", "YAML", "JSON", "Concurrency", "Observability", crypto,
            logging, lifecycle, hummingbird, hummingbirdTesting, httpTypes, nioCore,
        ],
        path: "Tests/SecurityTests",
        exclude: ["README.md"],
        swiftSettings: swiftSettings
    ),
    .testTarget(
        name: "EndToEndTests",
        dependencies: [
            "FleetTestSupport", "KubernetesTestSupport", "HubAPI", "Kubernetes", "JSON", "otomi", "otomi-hub",
            "otomi-agent", "otomi-simulator",
        ],
        path: "Tests/EndToEndTests",
        swiftSettings: swiftSettings
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
    program("compile-benchmark", in: "Benchmarks", ["HubPublisher", "Bundles", "Values", "JSON"]),
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
    products: chosen.filter { $0.type == .executable }.map { .executable(name: $0.name, targets: [$0.name]) },
    dependencies: packages.filter { usedPackages.contains($0.name) }.map(\.dependency),
    targets: chosen
)
