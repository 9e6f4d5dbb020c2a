import JSON
import Values

/// Something in a team's compiled objects that a policy does not allow.
struct PolicyViolation: Hashable {
    let policy: String
    let action: Policy.Action
    /// The document that the object was made of.
    let kind: Kind
    let name: String
    /// The member of the document to change.
    let pointer: JSONPointer
    let message: String
}

/// The same rules that hold on a cluster, applied to what is compiled: a violation is known before anything is rolled out.
enum PolicyCheck {
    /// What the policies find in the objects of a team; it depends on nothing else.
    static func violations(of team: String, in objects: [Manifest], against policies: [Policy]) -> [PolicyViolation] {
        guard !policies.isEmpty else { return [] }
        return objects.flatMap { object -> [PolicyViolation] in
            guard Workload.isKind(object.kind.name), let source = Source(object), let workload = Workload(object.json)
            else { return [] }
            return policies.flatMap { policy in
                policy.findings(in: workload, of: team).map { finding in
                    PolicyViolation(
                        policy: policy.name,
                        action: policy.action,
                        kind: source.kind,
                        name: source.name,
                        pointer: JSONPointer(source.place(of: finding)),
                        message: finding.message
                    )
                }
            }
        }
    }

    /// Reports the violations at the documents to change: an error where a policy is enforced, a warning where it is audited.
    static func report(_ violations: [PolicyViolation], of team: String, _ faults: inout FaultLog) {
        for violation in violations {
            faults.report(
                violation.kind,
                team: team,
                name: violation.name,
                at: violation.pointer,
                "policy '\(violation.policy)': \(violation.message)",
                hint: violation.action == .enforce
                    ? "change it, or ask a platform administrator for an exemption in the policy"
                    : "the policy is audited only: the object is applied, and reported on the cluster",
                severity: violation.action == .enforce ? .error : .warning
            )
        }
    }
}

/// The document that an object was made of, and where its members come from.
private struct Source {
    let kind: Kind
    let name: String

    /// `nil` when no service or job names itself on the object.
    init?(_ object: Manifest) {
        if let name = object.labels["otomi.io/service"] {
            kind = .service
            self.name = name
        } else if let name = object.labels["otomi.io/job"] {
            kind = .job
            self.name = name
        } else {
            return nil
        }
    }

    /// A service has its container under `container`, a job is one itself and lists others under `init`.
    func place(of finding: PolicyFinding) -> [String] {
        guard let container = finding.container, finding.field.first != "annotations" else {
            return podPlace(finding.field)
        }
        switch kind {
        case .service: return ["container"] + finding.field
        default: return (container.list == "initContainers" ? ["init", String(container.index)] : []) + finding.field
        }
    }

    private func podPlace(_ field: [String]) -> [String] {
        guard kind == .job else { return ["container"] + field }
        return field.first == "securityContext" ? ["podSecurityContext"] + field.dropFirst() : field
    }
}
