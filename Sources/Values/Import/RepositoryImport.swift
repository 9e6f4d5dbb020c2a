package import JSON

/// Turns a values repository of Otomi v0.15 (`env/charts`) or v0.16 (`env/apps`) into documents.
///
/// Such a repository describes one cluster; the fleet has many. So what is a matter of taste for the whole platform goes to
/// the scope `platform`, and what only this cluster can mean goes to `cluster/<its name>`:
///
/// - everything in `cluster.yaml` but name, provider and region, which become the cluster's registration;
/// - the sections `dns`, `ingress`, `azure`, `cloud` and `kms`: accounts, zones, addresses, keys and storage classes belong to
///   one provider, and would be wrong on a cluster elsewhere;
/// - of the section `otomi` the flags that say how this cluster was built: `hasCloudLB`, `hasExternalDNS`, `isManaged` and
///   `isHomeMonitored`;
/// - the apps that drive the provider: DNS, cloud load balancers, node scaling, node set-up.
///
/// Alerts, home, OIDC, SMTP, the rest of `otomi`, policies, all other apps, and the teams with what is theirs go to the
/// platform: that is what people want to share.
package enum RepositoryImport {
    /// Plans the import of `files`, whose keys are paths inside the repository.
    ///
    /// Nothing is lost silently: what has no home is in `unplaced` with its reason, what is wrong is in `faults` with file and
    /// pointer. A reference to a secret, team or service that does not exist is a warning, as is an unusable secret (copies of
    /// repositories are often made without them): it is left out, and can be entered later.
    ///
    /// `reading` reads a YAML text, because this module knows no YAML; whatever it throws becomes a fault of the file.
    package static func plan(
        files: [String: [UInt8]],
        reading: (_ bytes: [UInt8]) throws -> [JSONValue]
    ) -> ImportPlan {
        let repository = Repository(files: files, reading: reading)
        var planner = ImportPlanner(repository)
        return planner.makePlan()
    }

    /// Plans the import of files that are already read; `null` stands for an empty one.
    package static func plan(trees: [String: JSONValue]) -> ImportPlan {
        plan(files: trees.mapValues { $0.serialized() }) { bytes in
            [try JSONValue(parsing: bytes)]
        }
    }
}
