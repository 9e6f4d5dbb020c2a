import Crypto

/// What a sealed layer belongs to; a ciphertext moved to another cluster or layer does not open.
package struct SealingContext: Hashable, Sendable, CustomStringConvertible {
    static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly

    package let clusterID: String
    package let layer: String

    package init(clusterID: String, layer: String) {
        self.clusterID = clusterID
        self.layer = layer
    }

    package var description: String { "the layer '\(layer)'" }

    /// HPKE's `info`: each part with its length before it, so that no two contexts share their bytes.
    var info: [UInt8] {
        var info = Array("otomi.layer.v1".utf8)
        for part in [clusterID, layer] {
            info += withUnsafeBytes(of: UInt32(part.utf8.count).bigEndian, Array.init)
            info += Array(part.utf8)
        }
        return info
    }
}
