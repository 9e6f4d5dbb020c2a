import Bundles
package import Foundation

/// The folder with the metadata that a client trusts: `root.json`, `timestamp.json`, and so on for every role.
///
/// What is in it is verified again whenever it is read; nothing that was not verified is ever written.
package struct MetadataDirectory: Sendable {
    private let folder: URL

    package init(_ folder: URL) {
        self.folder = folder
    }

    /// Begins with `root`, which is trusted because it came from somewhere trusted.
    ///
    /// - Throws: `BundleError` when it is no root signed by its own keys; `TUFClientError` when it cannot be written.
    package func initialize(trusting root: [UInt8]) throws {
        _ = try TrustedState(trusting: root, cluster: nil, rules: .specification)
        do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
            throw TUFClientError("the folder \(folder.path) cannot be made: \(error.localizedDescription)")
        }
        try write(MetadataRole.root.rawValue, root)
    }

    /// What is trusted according to the folder.
    ///
    /// - Throws: `BundleError` when its root cannot be trusted; `TUFClientError` when there is none.
    func trustedState() throws -> TrustedState {
        guard let root = read(MetadataRole.root.rawValue) else {
            throw TUFClientError("\(folder.path) holds no root.json; begin with 'init' and a root that you trust")
        }
        var state = try TrustedState(trusting: root, cluster: nil, rules: .specification)
        for role in [MetadataRole.timestamp, .snapshot, .targets] {
            if let bytes = read(role.rawValue) { state.adopt(role, bytes, rules: .specification) }
        }
        return state
    }

    /// The file of `role` as it was kept.
    func read(_ role: String) -> [UInt8]? {
        let url = self.url(role)
        let size = try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize
        guard size ?? 0 <= MetadataLimits().announced else { return nil }
        return (try? Data(contentsOf: url)).map { Array($0) }
    }

    func write(_ role: String, _ bytes: [UInt8]) throws(TUFClientError) {
        do { try Data(bytes).write(to: url(role), options: .atomic) } catch {
            throw TUFClientError("\(url(role).path) cannot be written: \(error.localizedDescription)")
        }
    }

    func remove(_ role: String) throws(TUFClientError) {
        guard FileManager.default.fileExists(atPath: url(role).path) else { return }
        do { try FileManager.default.removeItem(at: url(role)) } catch {
            throw TUFClientError("\(url(role).path) cannot be removed: \(error.localizedDescription)")
        }
    }

    private func url(_ role: String) -> URL {
        folder.appending(component: "\(EncodedName.segment(role)).json")
    }
}
