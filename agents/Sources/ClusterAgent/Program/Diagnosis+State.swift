import Bundles
import Concurrency

extension Diagnosis {
    /// Below this much free space a bundle may not fit.
    private static let scarceBytes: UInt64 = 64 << 20
    /// Below this the agent cannot be trusted to keep its state.
    private static let minimumBytes: UInt64 = 4 << 20

    /// What the state directory says.
    func stateFindings() -> [Finding] {
        guard state.exists else {
            return [Finding("state", .ok, "\(state.path) is not there yet; the first run makes it")]
        }
        var findings = [
            state.isWritable
                ? Finding("state", .ok, "\(state.path) is writable")
                : Finding(
                    "state",
                    .fail,
                    "\(state.path) is not writable; give the agent one that is, with --state-dir"
                ),
            Finding(
                "agent",
                .ok,
                state.isLocked ? "an agent runs on this state directory" : "no agent runs on this state directory"
            ),
            trustFinding,
        ]
        if let space { findings.insert(space, at: 1) }
        return findings
    }

    private var space: Finding? {
        guard let free = state.freeBytes else { return nil }
        let text = "\(free >> 20) MiB are free"
        if free < Self.minimumBytes {
            return Finding("space", .fail, "\(text); free some, or choose another --state-dir")
        }
        return Finding("space", free < Self.scarceBytes ? .warn : .ok, text)
    }

    private var trustFinding: Finding {
        switch state.trustFile {
        case .absent:
            return Finding(
                "trust",
                state.identity?.enrolment == nil ? .ok : .fail,
                "not enrolled yet: no trust is stored"
            )
        case .damaged:
            return Finding("trust", .fail, "the trusted metadata and its previous copy are damaged; enrol anew")
        case .unreadable(let fault): return Finding("trust", .fail, fault)
        case .whole, .torn: break
        }
        guard let trust = state.trust else { return Finding("trust", .fail, "the trusted metadata cannot be read") }
        let isFresh = trust.expires > environment.now().seconds
        let text =
            "cluster \(trust.cluster?.name ?? "?"), root version \(trust.root.content.version), generation "
            + "\(trust.targets?.content.version ?? 0), \(isFresh ? "expires" : "EXPIRED") at "
            + "\(UnixTime(seconds: trust.expires))"
        if !isFresh { return Finding("trust", .fail, "\(text); the hub has to sign it anew, what runs is kept") }
        if state.trustFile == .torn { return Finding("trust", .warn, "\(text); the file is torn, its copy counts") }
        return Finding("trust", .ok, text)
    }
}
