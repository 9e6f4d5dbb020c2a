import JSON

/// The storage that workloads ask for by name, the same names on every provider.
///
/// `std` is the default; the classes that end in `-immediate` make a volume at once instead of where its first pod runs.
/// A cluster that is on no cloud has what its owner installed.
extension PlatformBuilder {
    var storageClasses: [Manifest] {
        guard let provider = tree["cluster"]?["provider"]?.stringValue,
            let disks = CloudDisks(provider: provider, settings: tree["settings"]?["azure"])
        else { return [] }
        let skipped = tree["settings"]?["cloud"]?["skipStorageClasses"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return [("std", disks.standard), ("fast", disks.fast)].flatMap { name, parameters in
            [(name, "WaitForFirstConsumer"), ("\(name)-immediate", "Immediate")].map { name, binding in
                Manifest(
                    .storageClass,
                    name,
                    annotations: name == "std" ? ["storageclass.kubernetes.io/is-default-class": "true"] : [:],
                    [
                        "provisioner": .string(disks.provisioner),
                        "parameters": .object(parameters.mapValues { .string($0) }),
                        "volumeBindingMode": .string(binding),
                        "reclaimPolicy": "Delete",
                        "allowVolumeExpansion": true,
                    ]
                )
            }
        }.filter { !skipped.contains($0.name) }
    }
}

/// The disks of a cloud, slow and fast.
private struct CloudDisks {
    let provisioner: String
    let standard: [String: String]
    let fast: [String: String]

    /// `nil` where no cloud has disks of its own.
    init?(provider: String, settings: JSONValue?) {
        switch provider {
        case "aws":
            provisioner = "ebs.csi.aws.com"
            standard = ["type": "gp3", "encrypted": "true"]
            fast = ["type": "io2", "iopsPerGB": "50", "allowAutoIOPSPerGBIncrease": "true", "encrypted": "true"]
        case "azure":
            provisioner = "disk.csi.azure.com"
            let types = settings?["storageType"]
            standard = ["skuName": types?["standard"]?.stringValue ?? "Standard_LRS"]
            fast = ["skuName": types?["fast"]?.stringValue ?? "StandardSSD_LRS"]
        case "google":
            provisioner = "pd.csi.storage.gke.io"
            standard = ["type": "pd-standard"]
            fast = ["type": "pd-ssd"]
        default: return nil
        }
    }
}
