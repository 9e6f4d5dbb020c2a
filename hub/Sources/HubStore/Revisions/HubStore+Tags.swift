import Postgres
import Values

/// Names for revisions; a tag can be used wherever a revision's number can.
extension HubStore {
    /// How many tags there may be.
    package static let maximumTags = 10_000

    /// The number of the revision that a text means: `42`, `latest`, or a tag.
    ///
    /// - Throws: `StoreError.Code.notFound` for a revision that was not made yet, or no tag.
    package func revision(named text: String) async throws -> Int64 {
        let latest = try await latestRevision()
        guard text != RevisionTag.latest else { return latest }
        if let number = Int64(text) {
            guard (0...latest).contains(number) else {
                throw StoreError(.notFound, "revision \(number) does not exist")
            }
            return number
        }
        return try await read("tag '\(text)' cannot be read") { connection in
            try connection.query("SELECT revision FROM revision_tags WHERE name = \(text)").first
                .orNotFound("revision '\(text)'").get(0)
        }
    }

    /// Gives a revision a name; the same again changes nothing.
    ///
    /// - Throws: `StoreError.Code.notFound` for no such revision, `.alreadyExists` when the name means another one,
    ///   `.invalid` for a name that is none.
    package func tagRevision(_ number: Int64, _ name: String, message: String = "") async throws -> RevisionTag {
        try Self.check(tag: name)
        try Self.check(message: message)
        let now = clock()
        let author = actor.principal.name
        let audit = AuditPlan<(tag: RevisionTag, isNew: Bool)> { made in
            made.isNew ? [AuditEntry(.tagRevisions, "tag \(name)", detail: "revision \(number)")] : []
        }
        return try await write("store.tagRevision", "revision \(number) was not tagged", audit: audit) { connection in
            _ = try connection.query("SELECT 1 FROM revisions WHERE number = \(number)").first
                .orNotFound("revision \(number)")
            let count: Int = try connection.query("SELECT count(*) FROM revision_tags")[0].get(0)
            guard count < Self.maximumTags else {
                throw StoreError(.invalid, "there are \(count) tags already: remove some that nobody needs")
            }
            let isNew =
                try connection.query(
                    """
                    INSERT INTO revision_tags (name, revision, message, author, created_at)
                    VALUES (\(name), \(number), \(message), \(author), \(now)) ON CONFLICT (name) DO NOTHING
                    """
                ).affected == 1
            let tag = try connection.query("SELECT \(Self.tagColumns) FROM revision_tags WHERE name = \(name)").first
                .map(RevisionTag.init(row:)).orNotFound("tag '\(name)'")
            guard tag.revision == number else {
                throw StoreError(
                    .alreadyExists,
                    "tag '\(name)' means revision \(tag.revision): remove it first, or choose another name"
                )
            }
            return (tag, isNew)
        }.tag
    }

    /// Takes a tag off a revision.
    ///
    /// - Throws: `StoreError.Code.notFound` when that revision has no such tag.
    package func removeTag(_ name: String, ofRevision number: Int64) async throws {
        let audit = AuditPlan<Void>.entry(.tagRevisions, "tag \(name)", detail: "removed from revision \(number)")
        try await write("store.removeTag", "tag '\(name)' was not removed", audit: audit) { connection in
            let removed = try connection.query(
                "DELETE FROM revision_tags WHERE name = \(name) AND revision = \(number)"
            ).affected
            guard removed == 1 else { throw StoreError(.notFound, "revision \(number) has no tag '\(name)'") }
        }
    }

    /// One page of the tags that the actor sees, by name.
    ///
    /// `after`: the `next` of the page before.
    ///
    /// - Throws: `StoreError`.
    package func tags(after: String? = nil, limit: Int = 100) async throws -> Page<RevisionTag> {
        let limit = max(1, min(limit, 1_000))
        let found = try await read("tags cannot be read") { connection in
            try connection.query(
                """
                SELECT \(Self.tagColumns) FROM revision_tags WHERE name > \(after ?? "") ORDER BY name LIMIT \(limit + 1)
                """
            ).map(RevisionTag.init(row:))
        }
        let items = Array(found.prefix(limit))
        return Page(items: items, next: found.count > limit ? items.last?.name : nil)
    }

    /// The tags of some revisions, by name.
    ///
    /// - Throws: `StoreError`.
    package func tags(of revisions: [Int64]) async throws -> [RevisionTag] {
        try await read("tags cannot be read") { connection in
            try connection.query(
                "SELECT \(Self.tagColumns) FROM revision_tags WHERE revision = ANY (\(revisions)) ORDER BY name"
            ).map(RevisionTag.init(row:))
        }
    }

    private static let tagColumns: SQL = "name, revision, message, author, created_at"

    private static func check(tag name: String) throws(StoreError) {
        // As for names of secrets: labels with dots between them, such as v1.2.
        guard name.utf8.count <= 63, NameRule.secret.accepts(name), Int64(name) == nil, name != RevisionTag.latest,
            name.contains(where: { !$0.isNumber })
        else {
            throw StoreError(
                .invalid,
                "'\(name)' is no name of a tag: it takes \(NameRule.secret.expectation), at most 63 of them, and is neither "
                    + "a number nor '\(RevisionTag.latest)'"
            )
        }
    }
}

extension RevisionTag {
    init(row: PostgresRow) throws {
        self.init(
            name: try row.get("name"),
            revision: try row.get("revision"),
            message: try row.get("message"),
            author: try row.get("author"),
            createdAt: try row.get("created_at")
        )
    }
}
