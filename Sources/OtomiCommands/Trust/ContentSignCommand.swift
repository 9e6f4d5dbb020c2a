import ArgumentParser
import Bundles
import HubAPI
import JSON

/// `otomi trust content sign`.
struct ContentSignCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Shows what waits for a team's signature, signs it, and sends the signature.",
        discussion: """
            Every layer that the key has not signed before is fetched, compared with its digest, and listed object by \
            object. The objects themselves: otomi trust content pending TEAM --show DIGEST
            """
    )

    @Argument(help: "The team's name.")
    var team: String

    @Option(help: ArgumentHelp("The team's private key.", valueName: "file"), completion: .file())
    var key: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let key = try TrustKeyFile.signingKey(at: key)
        let client = try await session.hub(hub, confirmation)
        let content = try await client.content(of: team)
        guard let json = content.draft else {
            return try session.terminal.line("Nothing waits for the signature of team \(team).")
        }
        let draft = try read(json, key)
        let known = signedBefore(content, key)
        let fresh = draft.layers.keys.filter { known[$0] == nil }.sorted()
        let before = try await objects(known.keys.sorted(), client)
        for digest in fresh {
            session.terminal.note(try await explanation(of: digest, comparedWith: before, client))
        }
        for digest in known.keys.sorted() where draft.layers[digest] == nil {
            session.terminal.note("Layer \(digest.hex.prefix(12)) is in use no more and may not run any more.")
        }
        if fresh.isEmpty { session.terminal.note("You have signed every one of its layers before; it expires later.") }
        try session.confirm(
            "Sign \(fresh.count == 1 ? "1 layer" : "\(fresh.count) layers") for team \(team)?",
            yes: yes
        )
        let signed: ContentDraft
        do throws(BundleError) { signed = try draft.signed(with: key) } catch {
            throw CommandFailure(.invalid, error.message)
        }
        let after = try await client.signContent(TrustSignatures(file: signed.file.json), of: team)
        try session.terminal.line(
            after.draft == nil
                ? "Signed for team \(team). Its clusters get the layers now."
                : "Signed for team \(team). \(content.threshold) of its keys must sign; others have to as well."
        )
    }

    /// The draft, with the key at hand as the only one that counts here: whether it is the team's, the hub and the agents say.
    private func read(_ json: JSONValue, _ key: SigningKey) throws -> ContentDraft {
        do throws(BundleError) {
            let keys = try ContentKeys([key.publicKey], threshold: 1, team: team)
            return try ContentDraft(json.serialized(), team: team, keys: keys)
        } catch { throw CommandFailure(.invalid, "what waits is not to be signed: \(error.message)") }
    }

    /// The layers that this very key has signed; the hub's word is not taken for it.
    private func signedBefore(_ content: ContentStatus, _ key: SigningKey) -> [Digest: Int] {
        guard let file = content.file, let last = try? read(file, key), last.isComplete else { return [:] }
        return last.layers
    }

    private func objects(_ digests: [Digest], _ client: HubClient) async throws -> [String: Set<JSONValue>] {
        var objects: [String: Set<JSONValue>] = [:]
        for digest in digests {
            // What is in use no more may be cleared away already.
            guard let layer = try? await ContentLayer(digest.hex, of: team, client) else { continue }
            for object in layer.objects { objects[ContentLayer.name(of: object), default: []].insert(object) }
        }
        return objects
    }

    private func explanation(
        of digest: Digest,
        comparedWith before: [String: Set<JSONValue>],
        _ client: HubClient
    ) async throws -> String {
        let layer = try await ContentLayer(digest.hex, of: team, client)
        var lines = ["Layer \(digest.hex.prefix(12)) with \(layer.objects.count) objects:"]
        for object in layer.objects {
            let name = ContentLayer.name(of: object)
            guard let known = before[name] else {
                lines.append("  + \(name)")
                continue
            }
            if !known.contains(object) { lines.append("  ~ \(name)") }
        }
        let present = Set(layer.objects.map(ContentLayer.name))
        for name in before.keys.sorted() where !present.contains(name) { lines.append("  - \(name)") }
        if lines.count == 1 { lines.append("  nothing that you have not signed before") }
        return lines.map { Table.Cell($0).text }.joined(separator: "\n")
    }
}
