import Bundles
import Concurrency
import HubAPI
import HubPublisher
import HubStore
import Hummingbird
import JSON
import Logging
import Values

/// The ceremony by which the fleet's root of trust is changed.
struct TrustRoutes {
    let store: HubStore
    let clock: WallClock

    func add(to routes: GuardedRoutes) {
        routes.get(.trust, .readTrust, use: show)
        routes.post(.trustDraft, .rotateTrust, use: draft)
        routes.delete(.trustDraft, .rotateTrust, use: discard)
        routes.post(.trustSignatures, .signRoot, use: sign)
    }

    private func show(_ request: Request, _ context: HubContext) async throws -> Response {
        try await answer(try ceremony(context))
    }

    private func draft(_ request: Request, _ context: HubContext) async throws -> Response {
        let caller = try context.requireCaller()
        let ceremony = try ceremony(context)
        let change = try TrustChange(try await request.message(TrustChangeRequest.self))
        try await ceremony.draft(change, by: caller.name)
        context.logger.notice("root of trust drafted", metadata: ["by": "\(caller.name)"])
        return try await answer(ceremony)
    }

    private func sign(_ request: Request, _ context: HubContext) async throws -> Response {
        let ceremony = try ceremony(context)
        let file = try await request.message(TrustSignatures.self).file
        let signed: SignedMetadata
        do throws(BundleError) { signed = try SignedMetadata(parsing: file.serialized(), name: "the draft") } catch {
            throw Problem(.badRequest, detail: "The signed draft cannot be read: \(error.message).")
        }
        try await ceremony.sign(signed)
        context.logger.notice(
            "root of trust signed",
            metadata: ["keys": "\(signed.signatures.map(\.keyID).joined(separator: ", "))"]
        )
        return try await answer(ceremony)
    }

    private func discard(_ request: Request, _ context: HubContext) async throws -> Response {
        let ceremony = try ceremony(context)
        try await ceremony.discard()
        context.logger.notice("draft of the root of trust discarded")
        return try await answer(ceremony)
    }

    private func ceremony(_ context: HubContext) throws -> TrustCeremony {
        TrustCeremony(store: store.acting(as: try context.requireCaller().actor), clock: clock)
    }

    private func answer(_ ceremony: TrustCeremony) async throws -> Response {
        Response(try TrustStatus(try await ceremony.overview()))
    }
}

extension TrustChange {
    /// - Throws: `Problem` of kind `invalid` naming the role or key that is none.
    fileprivate init(_ request: TrustChangeRequest) throws {
        self.init()
        for (name, wanted) in request.roles {
            guard let role = MetadataRole(rawValue: name) else {
                let known = MetadataRole.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.invalid, detail: "There is no role \"\(name)\".", hint: "The roles are \(known).")
            }
            guard !wanted.keys.isEmpty else {
                roles[role] = .hub
                continue
            }
            roles[role] = .people(keys: try Self.keys(wanted, of: "the role \(name)"), threshold: wanted.threshold)
        }
        for (team, wanted) in request.content {
            content[team] = .some(nil)
            guard !wanted.keys.isEmpty else { continue }
            let keys = try Self.keys(wanted, of: "team \(team)")
            do throws(BundleError) {
                content[team] = try ContentKeys(keys, threshold: wanted.threshold, team: team)
            } catch { throw Problem(.invalid, detail: "\(error.message).") }
        }
    }

    private static func keys(_ wanted: TrustChangeRequest.Keys, of owner: String) throws -> [PublicKey] {
        try wanted.keys.map { key in
            guard let key = try? MetadataKey(json: key).publicKey else {
                throw Problem(.invalid, detail: "A key for \(owner) is no Ed25519 key.")
            }
            return key
        }
    }
}

extension TrustStatus {
    fileprivate init(_ overview: TrustOverview) throws {
        self.init(
            version: overview.root.version,
            expires: MetadataTime.text(overview.root.expires),
            roles: MetadataRole.allCases.map { role in
                TrustRole(
                    name: role.rawValue,
                    threshold: overview.root.threshold(of: role),
                    keys: overview.root.signers(of: role).keys.sorted().map { id in
                        TrustKey(id: id, isOnline: overview.held.contains(id))
                    }
                )
            },
            root: try JSONValue(parsing: overview.bytes),
            draft: overview.draft.map { waiting in
                TrustDraft(
                    version: waiting.draft.next.version,
                    author: waiting.stored.author,
                    createdAt: waiting.stored.createdAt.rfc3339,
                    changes: waiting.draft.current.differences(to: waiting.draft.next),
                    approvals: waiting.draft.approvals.map { approval in
                        TrustApproval(
                            root: approval.root,
                            threshold: approval.threshold,
                            signed: approval.signed,
                            waiting: approval.waiting
                        )
                    },
                    file: waiting.draft.file.json
                )
            }
        )
    }
}
