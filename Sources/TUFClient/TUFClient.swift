package import Bundles
package import Foundation

/// A plain client of a TUF repository (specification 1.0, section 5), on the verifier that agents use.
package struct TUFClient: Sendable {
    private let directory: MetadataDirectory
    private let repository: RemoteRepository
    private let now: Int64
    private let limits: MetadataLimits

    /// A client whose every expiry is measured against `now`, in seconds since 1970.
    package init(
        _ directory: MetadataDirectory,
        repository: RemoteRepository,
        now: Int64,
        limits: MetadataLimits = MetadataLimits()
    ) {
        self.directory = directory
        self.repository = repository
        self.now = now
        self.limits = limits
    }

    /// Brings the metadata of the top-level roles up to date, and keeps every file as soon as it is verified.
    ///
    /// - Throws: `BundleError` when something is not to be trusted; `TUFClientError` when it cannot be had or kept.
    @discardableResult
    package func refresh() async throws -> TrustUpdate {
        var update = TrustUpdate(try directory.trustedState(), now: now, limits: limits, rules: .specification)
        while true {
            switch update.next {
            case .root(let version, let limit):
                guard let bytes = try await repository.fetch("\(version).root.json", limit: limit) else {
                    try update.rootsAreCurrent()
                    continue
                }
                // What removed keys signed goes first, so that a crash between the two leaves nothing of it behind.
                if try update.updateRoot(bytes) {
                    try directory.remove(MetadataRole.timestamp.rawValue)
                    try directory.remove(MetadataRole.snapshot.rawValue)
                }
                try directory.write(MetadataRole.root.rawValue, bytes)
            case .timestamp(let limit):
                let bytes = try await required(MetadataRole.timestamp.fileName, limit)
                if try update.updateTimestamp(bytes) { try directory.write(MetadataRole.timestamp.rawValue, bytes) }
            case .snapshot(let version, let limit):
                let bytes = try await required(fileName(MetadataRole.snapshot.rawValue, version, update), limit)
                try update.updateSnapshot(bytes)
                try directory.write(MetadataRole.snapshot.rawValue, bytes)
            case .targets(let version, let limit):
                let bytes = try await required(fileName(MetadataRole.targets.rawValue, version, update), limit)
                try update.updateTargets(bytes)
                try directory.write(MetadataRole.targets.rawValue, bytes)
            case .delegated, .done:
                return update
            }
        }
    }

    /// Refreshes, looks for the role that vouches for `target`, and puts the target into `folder`.
    ///
    /// - Returns: the file. One that is there already and is what was signed is not fetched again.
    /// - Throws: as `refresh`; `TUFClientError` when no role vouches for the target.
    @discardableResult
    package func download(
        _ target: String,
        from targets: RemoteRepository,
        into folder: TargetDirectory
    ) async throws -> URL {
        var update = try await refresh()
        let file = try await find(target, &update)
        if let kept = folder.find(target, file) { return kept }
        let path = update.state.root.content.consistentSnapshot ? Self.consistentPath(target, file) : target
        guard let bytes = try await targets.fetch(EncodedName.path(path), limit: file.length) else {
            throw TUFClientError("the repository has no file for the target '\(target)'")
        }
        try file.check(bytes, name: "the target '\(target)'")
        return try folder.write(target, bytes)
    }

    /// Searches the delegations for the role that vouches for `target`, fetching what is not held.
    private func find(_ target: String, _ update: inout TrustUpdate) async throws -> TargetFile {
        var adopted: Set<String> = []
        while true {
            switch try update.search(for: target) {
            case .found(let file, _): return file
            case .absent: throw TUFClientError("no role vouches for a target '\(target)'")
            case .fetch(let file):
                if adopted.insert(file.role).inserted, let kept = directory.read(file.role) {
                    update.adopt(delegated: file.role, kept)
                    continue
                }
                let bytes = try await required(fileName(file.role, file.version, update), file.maximumBytes)
                try update.updateDelegated(file, bytes)
                try directory.write(file.role, bytes)
            }
        }
    }

    private func required(_ path: String, _ limit: Int) async throws -> [UInt8] {
        guard let bytes = try await repository.fetch(path, limit: limit) else {
            throw TUFClientError("the repository does not have \(path)")
        }
        return bytes
    }

    private func fileName(_ role: String, _ version: Int64, _ update: TrustUpdate) -> String {
        let name = "\(EncodedName.segment(role)).json"
        return update.state.root.content.consistentSnapshot ? "\(version).\(name)" : name
    }

    /// `dir/HASH.name` for `dir/name` (section 5.7.2).
    private static func consistentPath(_ target: String, _ file: TargetFile) -> String {
        let parts = target.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return (parts.dropLast() + ["\(file.hashes.filePrefix).\(parts.last ?? "")"]).joined(separator: "/")
    }
}
