package import Bundles
package import JSON

/// How far the database was when the hub last looked; kept beside the database, so that a restored one is noticed.
package struct HubMemory: Hashable, Sendable {
    /// The last entry of the audit log: a database that has it, with its hash, goes on from there.
    package let audit: AuditHead?
    package let revision: Int64
    package let root: Int64
    /// The versions of all clusters' timestamps together.
    package let timestamps: Int64

    package init(audit: AuditHead?, revision: Int64, root: Int64, timestamps: Int64) {
        self.audit = audit
        self.revision = revision
        self.root = root
        self.timestamps = timestamps
    }

    /// What `now` lacks of this, in one sentence; `nil` when it goes on from here.
    ///
    /// `isAuditThere`: whether the database has the entry of the audit log that is remembered.
    package func isForgotten(by now: HubMemory, isAuditThere: Bool) -> String? {
        if let audit, !isAuditThere {
            guard let last = now.audit, last.sequence >= audit.sequence else {
                return "The audit log ends at entry \(now.audit?.sequence ?? 0), and this hub has seen entry "
                    + "\(audit.sequence)."
            }
            return "Entry \(audit.sequence) of the audit log is not the one that this hub has seen."
        }
        if now.revision < revision {
            return "Revision \(now.revision) is the latest, and this hub has seen revision \(revision)."
        }
        if now.root < root { return "Root \(now.root) is the newest, and this hub has seen root \(root)." }
        // Removing a cluster lowers the sum, and is audited: only while nothing was, the sum can be compared.
        if now.audit == audit, now.timestamps < timestamps {
            return "\(timestamps - now.timestamps) timestamps that this hub has signed are not there."
        }
        return nil
    }
}

extension HubMemory: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        audit = try json.optional("audit")
        revision = try json.required("revision")
        root = try json.required("root")
        timestamps = try json.required("timestamps")
    }

    package var json: JSONValue {
        .members(["audit": audit, "revision": revision, "root": root, "timestamps": timestamps])
    }
}
