extension TrustedState {
    /// Why `layer` must not be taken up at `now`; `nil` when it may.
    ///
    /// The layer of a team that the root gives content keys counts only when the team's role names its digest. The targets
    /// delegate to that role, and whoever stole the hub's keys can sign targets that name other keys: the keys are those of
    /// the root, or the delegation counts for nothing.
    package func contentFault(of layer: LayerReference, now: Int64) -> BundleError? {
        guard let team = TeamContent.team(ofLayer: layer.name), let keys = root.content.contentKeys[team] else {
            return nil
        }
        let role = TeamContent.role(of: team)
        guard delegatesContent(to: team, keys), let content = delegatedTargets(of: role) else {
            return BundleError(
                .untrustedKey,
                "the layer '\(layer.name)' is not signed by team \(team): it is not applied, what ran before stays"
            )
        }
        guard let target = content.targets[TeamContent.path(of: team, layer.digest)], target.length == layer.length
        else {
            return BundleError(
                .arbitrary,
                "team \(team) has signed other forms of the layer '\(layer.name)': this one is not applied"
            )
        }
        guard now < content.expires else {
            return BundleError(
                .freeze,
                "what team \(team) signed expired at \(MetadataTime.text(content.expires)): it has to sign again"
            )
        }
        return nil
    }

    /// Whether both hold the same files of teams.
    package func hasSameContent(as other: TrustedState) -> Bool { delegated == other.delegated }

    /// Whether the trusted targets delegate to `team` by the keys of the root.
    private func delegatesContent(to team: String, _ keys: ContentKeys) -> Bool {
        guard let delegations = targets?.content.delegations, let role = delegations[TeamContent.role(of: team)] else {
            return false
        }
        return role == TeamContent.delegation(to: team, keys) && delegations.signers(of: role) == keys.keys
    }
}

extension TrustUpdate {
    /// The metadata that team content needs before its layers can be judged; `nil` when all of it is there.
    ///
    /// - Throws: `BundleError` when the snapshot does not list it, or it has expired.
    package func contentFile(for layer: LayerReference) throws(BundleError) -> DelegatedFile? {
        guard let team = TeamContent.team(ofLayer: layer.name), state.root.content.contentKeys[team] != nil else {
            return nil
        }
        var search = self
        guard case .fetch(let file) = try search.search(for: TeamContent.path(of: team, layer.digest)),
            file.role == TeamContent.role(of: team)
        else { return nil }
        return file
    }
}
