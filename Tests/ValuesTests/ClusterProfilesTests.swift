import JSON
import Testing

@testable import Values

/// Which clusters documents cannot tell apart: those of one profile select the same.
@Suite struct ClusterProfilesTests {
    private static let documents = [
        StoredDocument.first(.settings, "otomi"),
        StoredDocument.first(.cluster, "own", scope: .cluster("own"), ["domainSuffix": "d.example"]),
        StoredDocument.first(.group, "europe", ["selector": ["zone": "eu"]]),
        StoredDocument.first(.team, "all"),
        StoredDocument.first(.team, "named", ["placement": ["clusters": ["named"]]]),
        StoredDocument.first(.team, "merged", ["placement": ["selector": ["tier": "gold"]]]),
        StoredDocument.first(.team, "merged", scope: .group("europe"), ["placement": ["selector": ["size": "large"]]]),
        StoredDocument.first(.service, "web", team: "all", ["placement": ["selector": ["tier": "gold"]]]),
        StoredDocument.first(.service, "web", scope: .cluster("special"), team: "all", ["port": 8080]),
    ]

    /// Every mixture of the labels that documents ask for, one that they do not ask for, and the names that they use.
    private static let clusters: [ClusterIdentity] = {
        var clusters: [ClusterIdentity] = []
        for zone in ["eu", "us"] {
            for tier in ["gold", "silver"] {
                for size in ["large", "small"] {
                    for number in 0..<2 {
                        let labels = ["zone": zone, "tier": tier, "size": size, "number": "\(number)"]
                        let name = "\(zone)-\(tier)-\(size)-\(number)"
                        clusters.append(ClusterIdentity(name: name, provider: "aws", region: "r", labels: labels))
                    }
                }
            }
        }
        for name in ["own", "named", "special"] {
            clusters.append(ClusterIdentity(name: name, provider: "aws", region: "r", labels: ["zone": "us"]))
        }
        clusters.append(ClusterIdentity(name: "elsewhere", provider: "azure", region: "r", labels: ["zone": "us"]))
        return clusters
    }()

    private struct Selected: Hashable {
        let platform: [Int32]
        let teams: [String: [Int32]]

        init(_ selection: ClusterSelection) {
            platform = selection.platformStamps
            teams = Dictionary(uniqueKeysWithValues: selection.teams.map { ($0.name, $0.stamps) })
        }
    }

    @Test func `clusters of one profile select the same documents`() {
        let index = DocumentIndex(Self.documents)
        let profiles = ClusterProfiles(index)
        let groups = Dictionary(grouping: Self.clusters, by: profiles.profile(of:))
        for clusters in groups.values {
            #expect(Set(clusters.map { Selected(index.selection(for: $0)) }).count == 1, "\(clusters.map(\.name))")
        }
    }

    @Test func `what no document asks for makes no profile of its own`() {
        let profiles = ClusterProfiles(DocumentIndex(Self.documents))
        // Eight mixtures of three labels, three names, and another provider.
        #expect(Set(Self.clusters.map(profiles.profile(of:))).count == 12)
    }
}
