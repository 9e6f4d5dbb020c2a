import AgentProtocol
package import Bundles
import Concurrency

/// Teams that sign their layers themselves.
extension ScriptedHub {
    /// Makes a root in which the layer of `team` needs the signature of `key`.
    package func demandSignature(of team: String, by key: SigningKey) throws {
        let keys = try ContentKeys([key.publicKey], threshold: 1, team: team)
        root = try root.following(replacing: [:], content: [team: keys], expires: root.expires)
        rootFile = try MetadataSigner.nextRoot(root, signedBy: signers[.root])
        files[.root(version: root.version)] = rootFile
        content = SignedContent(keys: content.keys.merging([team: keys]) { $1 }, files: content.files)
    }

    /// Does not have what `team` signed last, or has it again.
    package func withholdContent(of team: String, _ isWithheld: Bool) {
        guard let file = content.files[team] else { return }
        files[.delegated(role: TeamContent.role(of: team), version: file.version)] = isWithheld ? nil : file.bytes
    }

    /// Has `key` sign `layers` for `team`: the next bundle brings it along.
    ///
    /// For an impostor the bundle's targets name this key as the team's, whatever the root says.
    package func signContent(
        of team: String,
        _ layers: [Layer],
        with key: SigningKey,
        impostor: Bool = false
    ) throws {
        let keys = try ContentKeys([key.publicKey], threshold: 1, team: team)
        let listed = try layers.map { try LayerFile($0.objects) }.map { ($0.digest, $0.bytes.count) }
        let draft = try ContentDraft(
            team: team,
            keys: keys,
            version: (content.files[team]?.version ?? 0) + 1,
            expires: clock().seconds + MetadataTime.day,
            layers: Dictionary(listed) { $1 }
        )
        let file = try SignedContent.File(draft.signed(with: key).file.bytes, team: team)
        files[.delegated(role: TeamContent.role(of: team), version: file.version)] = file.bytes
        content = SignedContent(
            keys: impostor ? content.keys.merging([team: keys]) { $1 } : content.keys,
            files: content.files.merging([team: file]) { $1 }
        )
    }
}
