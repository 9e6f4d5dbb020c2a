import HubAPI

extension TrustStatus {
    /// `Root 3 expires at 2027-11-27T12:00:00Z, in 364d`.
    func heading(now: Int64) -> String {
        guard let seconds = Age.unixSeconds(expires) else { return "Root \(version) expires at \(expires)" }
        guard seconds > now else {
            return "Root \(version) expired at \(expires): no cluster takes anything new. Renew it: otomi trust renew"
        }
        return "Root \(version) expires at \(expires), in \((seconds - now) / 86_400)d"
    }

    /// Every role with its keys, one key a line.
    var table: Table {
        var table = Table("ROLE", "THRESHOLD", "KEPT BY", "KEY")
        for role in roles {
            for (index, key) in role.keys.enumerated() {
                table.add(
                    .init(index == 0 ? role.name : ""),
                    .init(index == 0 ? "\(role.threshold) of \(role.keys.count)" : ""),
                    .init(key.isOnline ? "the hub" : "people"),
                    .init(key.id)
                )
            }
        }
        return table
    }

    /// What came of a step of the ceremony.
    func outcome(now: Int64) -> String {
        draft?.text(now: now) ?? "Root \(version) is published. Every cluster's metadata is signed anew now."
    }
}

extension TrustDraft {
    /// What is to be signed, who has, and what to do next.
    func text(now: Int64) -> String {
        var lines = [
            "Root \(version), drafted by \(author) \(Age.text(since: createdAt, now: now)) ago, waits for signatures:"
        ]
        lines += changes.map { "  \($0)" }
        lines += approvals.map(\.sentence)
        lines.append("Sign it: otomi trust root sign --key FILE")
        return lines.map { Table.Cell($0).text }.joined(separator: "\n")
    }
}

extension TrustApproval {
    /// How many have signed: `Of the keys of root 3, 1 of the 2 needed has signed.`.
    var sentence: String {
        let have = min(signed.count, threshold)
        return "Of the keys of root \(root), \(have) of the \(threshold) needed \(have == 1 ? "has" : "have") signed."
    }
}
