import Bundles
package import Foundation

/// The folder with the targets that were downloaded, each under its percent-encoded name.
package struct TargetDirectory: Sendable {
    private let folder: URL

    package init(_ folder: URL) {
        self.folder = folder
    }

    /// The file of `target` when it is what was signed.
    func find(_ target: String, _ file: TargetFile) -> URL? {
        let url = self.url(target)
        let size = try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize
        guard size == file.length, let data = try? Data(contentsOf: url), file.hashes.match(Array(data)) else {
            return nil
        }
        return url
    }

    /// Keeps the verified `bytes`; one rename replaces what was there.
    func write(_ target: String, _ bytes: [UInt8]) throws(TUFClientError) -> URL {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: url(target), options: .atomic)
        } catch {
            throw TUFClientError("\(url(target).path) cannot be written: \(error.localizedDescription)")
        }
        return url(target)
    }

    private func url(_ target: String) -> URL { folder.appending(component: EncodedName.segment(target)) }
}
