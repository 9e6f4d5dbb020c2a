import AgentProtocol
import Bundles
import HTTPTypes
import HubStore
import Hummingbird
import NIOCore

/// Puts into a parcel what an agent would ask for next: metadata first, then the layers that it lacks, the shortest first.
///
/// What does not fit is not carried, and the agent fetches it.
struct ParcelPacker {
    let reads: AgentReads
    let room: ParcelRoom

    /// The answer to `poll`: `timestamp`, with as much of `contents` as fits.
    ///
    /// - Throws: `StoreError`.
    func answer(_ timestamp: [UInt8], _ contents: ParcelContents, to poll: AgentRoute.Poll) async throws -> Response {
        var parcel = Parcel(timestamp: timestamp)
        if poll.root == contents.held.versions.root {
            parcel.add(.metadata(.root(version: contents.held.versions.root + 1)), [])
        }
        addMetadata(contents, knowing: poll.generation ?? 0, to: &parcel)
        let share = try await addLayers(contents.layers, to: &parcel)
        let bytes = ByteBuffer(bytes: parcel.serialized())
        return Response(
            status: .ok,
            headers: [.contentType: Parcel.mediaType, .cacheControl: "no-store"],
            body: ResponseBody(contentLength: bytes.readableBytes) { writer in
                try await writer.write(bytes)
                try await writer.finish(nil)
                withExtendedLifetime(share) {}
            }
        )
    }

    private func addMetadata(_ contents: ParcelContents, knowing generation: Int64, to parcel: inout Parcel) {
        let snapshot = MetadataFileName.snapshot(version: contents.generation)
        let targets = MetadataFileName.targets(version: contents.generation)
        for name in [snapshot, targets] {
            if let bytes = contents.files[name.description] { parcel.add(.metadata(name), bytes) }
        }
        let delegated = contents.files.keys.sorted().compactMap { file -> (MetadataFileName, DelegatedVersion)? in
            guard let name = MetadataFileName(file), case .delegated(let role, let version) = name else { return nil }
            return (name, DelegatedVersion(role: role, version: version))
        }
        guard !delegated.isEmpty else { return }
        let known = Self.delegatedVersions(in: contents.files, generation: generation)
        for (name, version) in delegated where !known.contains(version) {
            if let bytes = contents.files[name.description] { parcel.add(.metadata(name), bytes) }
        }
    }

    private struct DelegatedVersion: Hashable {
        let role: String
        let version: Int64
    }

    /// What the snapshot of a generation lists of what teams have signed; none when it is not kept any more.
    private static func delegatedVersions(
        in files: [String: [UInt8]],
        generation: Int64
    ) -> Set<DelegatedVersion> {
        let name = MetadataRole.snapshot.fileName(version: generation)
        guard let bytes = files[name],
            let snapshot = try? SignedMetadata(parsing: bytes, name: name).content(SnapshotMetadata.self, name: name)
        else { return [] }
        return Set(
            snapshot.files.map {
                DelegatedVersion(role: String($0.key.dropLast(".json".count)), version: $0.value.version)
            }
        )
    }

    /// - Returns: what to hold until the parcel is written.
    private func addLayers(_ layers: [ParcelContents.Layer], to parcel: inout Parcel) async throws -> ParcelRoom.Share?
    {
        var chosen: [ParcelContents.Layer] = []
        var length = 0
        for layer in layers {
            guard parcel.hasRoom(for: length + layer.length, files: chosen.count + 1) else { break }
            chosen.append(layer)
            length += layer.length
        }
        guard !chosen.isEmpty, let share = room.take(length) else { return nil }
        let bytes = try await reads.layers(Set(chosen.map(\.digest)))
        for layer in chosen {
            if let bytes = bytes[layer.digest] { parcel.add(.layer(layer.digest), bytes) }
        }
        return share
    }
}
