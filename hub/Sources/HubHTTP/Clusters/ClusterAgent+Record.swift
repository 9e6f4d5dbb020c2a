import Concurrency
import HubAPI
import HubStore

extension ClusterAgent {
    /// `nil` for a cluster that no agent speaks for, or wants to.
    init?(_ record: StoredCluster) {
        guard record.agent != nil || record.admission.candidate != nil else { return nil }
        self.init(
            fingerprint: record.agent?.keyID,
            keysSince: record.agent?.keysSince.rfc3339,
            isRotationAsked: record.agent?.isRotationAsked ?? false,
            candidate: record.admission.candidate.map(Candidate.init),
            clone: record.admission.clone?.sentence,
            quarantinedSince: record.admission.quarantinedAt?.rfc3339
        )
    }
}

extension ClusterAgent.Candidate {
    init(_ candidate: ClusterAdmission.Candidate) {
        self.init(
            kind: candidate.kind.rawValue,
            fingerprint: candidate.keyID,
            address: candidate.address,
            since: candidate.askedAt.rfc3339,
            isRejected: candidate.isRejected
        )
    }
}

extension Standing {
    /// Where the agent itself waits for an operator; `nil` when it does not.
    init?(admissionOf record: StoredCluster) {
        let (admission, name) = (record.admission, record.name)
        if let since = admission.quarantinedAt {
            let what = admission.clone?.sentence ?? "Two agents spoke with its identity."
            self.init(
                .held,
                "In quarantine. \(what) Decide with: otomi cluster approve \(name), or: otomi cluster revoke \(name)",
                cause: "in quarantine: two agents spoke with one identity",
                since
            )
        } else if let candidate = admission.candidate, !candidate.isRejected {
            let place = candidate.address.isEmpty ? "" : " at \(candidate.address)"
            let what = candidate.kind == .enrolment ? "A new agent" : "Its agent, whose key is too old,"
            self.init(
                candidate.kind == .enrolment && record.agent == nil ? .pending : .held,
                "\(what)\(place) waits for approval: otomi cluster approve \(name) --fingerprint \(candidate.keyID)",
                cause: "an agent waits for approval",
                candidate.askedAt
            )
        } else if let clone = admission.clone {
            self.init(
                .degraded,
                "\(clone.sentence) Decide with: otomi cluster approve \(name), or: otomi cluster revoke \(name)",
                cause: "two agents speak with one identity",
                clone.at
            )
        } else {
            return nil
        }
    }
}
