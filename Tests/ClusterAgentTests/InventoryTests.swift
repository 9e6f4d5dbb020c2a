import AgentWorldSupport
import Kubernetes
import Testing

@testable import ClusterAgent

@Suite struct InventoryTests {
    private let entry = InventoryBook.Entry(apiVersion: "v1", layer: "tenancy/a")

    @Test("a chunk's text reads back as it was written") func roundTrip() {
        var book = InventoryBook()
        book.declare(.configMap("a"), entry)
        book.declare(.namespace("team-a"), entry)
        let role = ObjectKey(group: "rbac.authorization.k8s.io", kind: "Role", namespace: "team-a", name: "r")
        book.declare(
            role,
            InventoryBook.Entry(apiVersion: "rbac.authorization.k8s.io/v1", layer: "tenancy/a", uid: "u1")
        )
        var read = InventoryBook()
        #expect(read.read(book.text(of: 0), chunk: 0).unread == 0)
        #expect(read.entries == book.entries)
        #expect(read.dirty.isEmpty)
    }

    @Test("what is known of an object in place reads back, of one that failed nothing") func records() {
        var record = ObjectRecord(apiVersion: "v1", state: .applied)
        record.applied = Fingerprint(of: [1])
        record.uid = "u1"
        record.resourceVersion = "12"
        record.ownedFields = 7
        record.health = .ready
        let failed = ObjectRecord(apiVersion: "v1", state: .failed("no"))
        var book = InventoryBook()
        book.declare(.configMap("a"), entry)
        book.declare(.configMap("b"), entry)
        book.note(uid: "u1", of: .configMap("a"))
        book.release([.configMap("b")])
        var read = InventoryBook()
        let text = book.text(of: 0, [.configMap("a"): record, .configMap("b"): failed])
        #expect(read.read(text, chunk: 0).records == [.configMap("a"): record])
        #expect(read.entries == book.entries)
        #expect(read.entries[.configMap("b")]?.isReleased == true)
    }

    @Test("12,000 objects fit, in chunks far below an API server's bound") func large() {
        var book = InventoryBook()
        for number in 0..<12_000 { book.declare(.configMap("config-map-\(number)"), entry) }
        #expect(book.dirty == Set(0..<12))
        var read = InventoryBook()
        for chunk in book.dirty {
            let text = book.text(of: chunk)
            #expect(text.utf8.count < 500_000)
            #expect(read.read(text, chunk: chunk).unread == 0)
        }
        #expect(read.entries == book.entries)
    }

    @Test("lines of another form are counted, not guessed") func unreadable() {
        var book = InventoryBook()
        #expect(book.read("v1 ConfigMap team-a a tenancy/a \nwhat is this\n", chunk: 0).unread == 1)
        #expect(book.entries.count == 1)
    }

    @Test("only a change of the set costs a write; a new UID is written when it is quiet") func dirty() {
        var book = InventoryBook()
        book.declare(.configMap("a"), entry)
        #expect(book.dirty == [0])
        book.markWritten(0)
        book.declare(.configMap("a"), entry)
        book.note(uid: "u1", of: .configMap("a"))
        #expect(book.dirty.isEmpty)
        #expect(book.stale == [0])
        book.declare(.configMap("a"), entry)
        #expect(book.entries[.configMap("a")]?.uid == "u1")
        book.declare(.configMap("a"), InventoryBook.Entry(apiVersion: "v1", layer: "platform"))
        #expect(book.dirty == [0])
    }

    @Test("there is no ceiling: full chunks are followed by the next") func chunks() {
        var book = InventoryBook()
        for number in 0..<(InventoryBook.chunkCapacity + 1) { book.declare(.configMap("c\(number)"), entry) }
        #expect(book.dirty == [0, 1])
        for chunk in [0, 1] { book.markWritten(chunk) }
        book.remove(.configMap("c0"))
        book.markWritten(0)
        book.declare(.configMap("new"), entry)
        #expect(book.dirty == [0])
    }

    @Test("the parent's chunk is written again when kinds or namespaces of the set changed") func announcement() {
        var book = InventoryBook()
        for number in 0..<(InventoryBook.chunkCapacity) { book.declare(.configMap("c\(number)"), entry) }
        book.announceKinds()
        book.markWritten(0)
        book.declare(.namespace("x"), entry)
        #expect(book.dirty == [1])
        book.announceKinds()
        #expect(book.dirty == [0, 1])
        #expect(book.applySet.kinds == [GroupKind(kind: "ConfigMap"), GroupKind(kind: "Namespace")])
    }

    @Test("the id of the set is the one of the specification") func setID() {
        // base64url(sha256("otomi-inventory-0.otomi-system.ConfigMap.")), without padding.
        #expect(AgentSet.id == "applyset-XWVCZd5S5XGrr6rX8a0E2YrnbE4ummtlFoXGbpCGrkY-v1")
        #expect(AgentSet.chunkNumber(AgentSet.chunkName(12)) == 12)
        #expect(AgentSet.chunkNumber("otomi-inventory-x") == nil)
    }
}

@Suite struct PruneGuardTests {
    private let entries: [ObjectKey: InventoryBook.Entry] = [
        .configMap("gone"): InventoryBook.Entry(apiVersion: "v1", layer: "tenancy/a"),
        .configMap("stays"): InventoryBook.Entry(apiVersion: "v1", layer: "tenancy/a"),
        .namespace("team-a"): InventoryBook.Entry(apiVersion: "v1", layer: "tenancy/a"),
    ]

    private func judge(present: Set<String>, removed: Set<String>) -> (prune: [ObjectKey], held: Int) {
        let judged = PruneGuard(presentLayers: present, removedLayers: removed).judge(entries) {
            $0 == .configMap("stays")
        }
        return (judged.prune, judged.held.count)
    }

    @Test("what left a layer that is there is deleted, namespaces last") func leftLayer() {
        #expect(judge(present: ["tenancy/a"], removed: []) == ([.configMap("gone"), .namespace("team-a")], 0))
    }

    @Test("what was in a layer that is removed by a signed statement is deleted") func removedLayer() {
        #expect(judge(present: [], removed: ["tenancy/a"]).prune.count == 2)
    }

    @Test("absence alone deletes nothing") func absentLayer() {
        #expect(judge(present: ["platform"], removed: ["team/b"]) == ([], 2))
        #expect(judge(present: [], removed: []) == ([], 2))
    }
}
