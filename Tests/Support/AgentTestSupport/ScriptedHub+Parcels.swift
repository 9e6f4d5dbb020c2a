package import AgentProtocol
import Bundles

/// Answers to polls that carry along what comes next.
extension ScriptedHub {
    /// Carries along what comes next from now on, as `change` leaves it.
    package func carry(_ change: @escaping @Sendable (Parcel) -> Parcel = { $0 }) {
        parcelChange = change
    }

    /// The answer to a poll, with the bundle of the hub where it carries one.
    func parcel(_ timestamp: [UInt8], root: Int64?, generation: Int64?) -> Parcel {
        var parcel = Parcel(timestamp: timestamp)
        guard let parcelChange, let bundle, let generation, let root, root >= self.root.version else { return parcel }
        parcel.add(.metadata(.root(version: root + 1)), [])
        if bundle.generation != generation {
            for file in [MetadataFileName.snapshot(version: bundle.generation), .targets(version: bundle.generation)] {
                if let bytes = files[file] { parcel.add(.metadata(file), bytes) }
            }
            for layer in bundle.layers {
                if let bytes = layers[layer.digest] { parcel.add(.layer(layer.digest), bytes) }
            }
        }
        return parcelChange(parcel)
    }
}
