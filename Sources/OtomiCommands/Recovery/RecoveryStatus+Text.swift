import HubAPI

extension RecoveryStatus {
    /// The line that stands above everything else while somebody has to act; `nil` when nobody has.
    var notice: String? {
        guard needsPerson else { return nil }
        let head = isOpen ? "The database was restored from an older backup" : "The database is behind its fleet"
        let clusters = [
            ahead > 0 ? "\(Self.count(ahead)) ahead of it" : nil,
            unheard > 0 ? "\(Self.count(unheard)) not heard yet" : nil,
        ].compactMap(\.self)
        let tail = clusters.isEmpty ? "" : ": \(clusters.joined(separator: ", ")); nothing is issued to them"
        return "\(head)\(tail). Look: otomi recovery show"
    }

    /// What happened, what is lost, and what to do, line by line.
    var sentences: [String] {
        var lines = isOpen ? ["In recovery since \(since ?? "-") (\(cause ?? "-")): \(detail ?? "-")"] : []
        if let lostRevision {
            let first = latestRevision + 1
            let range =
                first == lostRevision ? "Revision \(lostRevision) is" : "Revisions \(first) to \(lostRevision) are"
            lines.append(
                "\(range) lost; the next one has a higher number. Make those changes again, from a Git mirror or by hand."
            )
        }
        if let lostAudit { lines.append("Entries of the audit log up to \(lostAudit) are lost.") }
        if let lostRoot {
            lines.append(
                "Agents trust root \(lostRoot), which the database lost. Bring it back: otomi recovery root FILE"
            )
        }
        if ahead > 0 {
            lines.append("Clusters that are ahead keep what they run; finishing gives them what the hub has now.")
        }
        if isOpen {
            lines.append("What was revoked or disabled since the backup is valid again: revoke and disable it again.")
        }
        if isOpen || ahead > 0 { lines.append("When the values are as they should be: otomi recovery finish") }
        return lines
    }

    private static func count(_ clusters: Int64) -> String { "\(clusters) \(clusters == 1 ? "cluster" : "clusters")" }
}
