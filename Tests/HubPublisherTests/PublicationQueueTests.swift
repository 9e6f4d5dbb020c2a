import HubStore
import JSON
import Testing
import Values

@testable import HubPublisher
import JSON

@Suite struct PublicationQueueTests {
    private static func cluster(
        _ number: Int,
        wants revision: Int64,
        has published: Int64?,
        labels: [String: String] = [:]
    ) -> StaleCluster {
        StaleCluster(
            want: StaleCluster.Want(id: "c\(number)", revision: revision, inputVersion: 1),
            publishedRevision: published,
            identity: ClusterIdentity(name: "c\(number)", provider: "aws", region: "", labels: labels)
        )
    }

    @Test func `what few want goes before what many want, and whom a change concerns before the rest`() async throws {
        let many = (0..<500).map { Self.cluster($0, wants: 8, has: 7) }
        let few = (500..<503).map { Self.cluster($0, wants: 9, has: 7) }
        let told = [Self.cluster(600, wants: 7, has: 7)]
        let documents = [
            StoredDocument(
                document: Document(id: DocumentID(kind: .settings, scope: .cluster("c321"), name: "otomi"), spec: [:]),
                revision: 8,
                author: "alice"
            )
        ]
        let queue = await PublicationQueue(many + few + told) { change in
            #expect(change == PublicationQueue.Change(from: 7, to: 8))
            return ChangeReach(from: [], to: documents)
        }
        let order = queue.clusters.map(\.want.id)
        #expect(order.count == 504)
        #expect(Array(order.prefix(5)) == ["c600", "c500", "c501", "c502", "c321"])
    }

    @Test func `of equally many the newest wish goes first`() async throws {
        let clusters = [Self.cluster(1, wants: 8, has: 7), Self.cluster(2, wants: 9, has: 7)]
        let queue = await PublicationQueue(clusters) { _ in ChangeReach(from: [], to: []) }
        #expect(queue.clusters.map(\.want.id) == ["c2", "c1"])
    }
}
