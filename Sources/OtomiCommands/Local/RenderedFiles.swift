import JSON
import Platform
import YAML

/// The files that the objects of a layer are written to.
enum RenderedFiles {
    /// The texts by path.
    ///
    /// Kinds of two groups may share a name; where such objects meet, the group tells them apart.
    static func files(of layer: CompiledLayer, on cluster: String) -> [String: String] {
        var byPath: [String: [JSONValue]] = [:]
        for object in layer.objects {
            byPath[path(of: object, withGroup: false), default: []].append(object)
        }
        var files: [String: String] = [:]
        for (path, objects) in byPath {
            for object in objects {
                let path = objects.count == 1 ? path : self.path(of: object, withGroup: true)
                files["\(component(cluster))/\(layerFolder(layer.name))/\(path)"] = YAML.text(of: object)
            }
        }
        return files
    }

    private static func layerFolder(_ name: String) -> String {
        name.split(separator: "/").map { component(String($0)) }.joined(separator: "/")
    }

    private static func path(of object: JSONValue, withGroup: Bool) -> String {
        let metadata = object["metadata"]
        let apiVersion = object["apiVersion"]?.stringValue ?? ""
        let group = apiVersion.contains("/") ? String(apiVersion.prefix { $0 != "/" }) : ""
        var kind = object["kind"]?.stringValue?.lowercased() ?? ""
        if withGroup, !group.isEmpty { kind += ".\(group)" }
        let folder = metadata?["namespace"]?.stringValue ?? "_cluster"
        return "\(component(folder))/\(component("\(kind)-\(metadata?["name"]?.stringValue ?? "")")).yaml"
    }

    /// A name that leads neither up nor down in a tree of folders.
    private static func component(_ text: String) -> String {
        let name = String(text.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
        return name == "." || name == ".." || name.isEmpty ? "_\(name)" : name
    }
}
