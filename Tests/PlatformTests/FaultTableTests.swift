import Foundation
import JSON
import Testing
import Values
import YAML

@testable import Platform

/// Faulty documents and what must be said about each: one YAML file for each concern, in `FaultTable`.
///
/// Every row stands beside team `demo` and cluster `one` with the domain `demo.example.org`; a row that has one of them
/// itself replaces it. The faults are all there are: a fault too many fails as one too few does.
@Suite struct FaultTableTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let documents: [Document]
        let faults: [ExpectedFault]

        init(_ json: JSONValue, file: String) throws(JSONError) {
            testDescription = "\(file): \(try json.required("name", as: String.self))"
            documents = try json.required("documents")
            var faults: [ExpectedFault] = []
            for fault in try json.required("faults", as: [JSONValue].self) {
                faults.append(try ExpectedFault(json: fault))
            }
            self.faults = faults
        }
    }

    struct ExpectedFault: Hashable, CustomStringConvertible {
        let text: String

        init(json: JSONValue) throws(JSONError) {
            let severity: String = try json.optional("severity") ?? "error"
            let document: String = try json.required("document")
            let pointer: String = try json.optional("pointer") ?? ""
            text = "\(severity): \(document) at '\(pointer)': \(try json.required("message", as: String.self))"
        }

        init(_ fault: Fault) {
            let document = fault.document.map(\.description) ?? "-"
            text = "\(fault.severity.rawValue): \(document) at '\(fault.pointer)': \(fault.message)"
        }

        var description: String { text }
    }

    private static let rows: [Row] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "FaultTable")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.path < $1.path }.flatMap { file -> [Row] in
            do {
                let bytes = try Array(Data(contentsOf: file))
                let elements = try YAML.documents(in: bytes).flatMap { $0.arrayValue ?? [] }
                return try elements.map { try Row($0, file: file.deletingPathExtension().lastPathComponent) }
            } catch {
                Issue.record("\(file.lastPathComponent): \(error)")
                return []
            }
        }
    }()

    @Test(arguments: rows)
    func `a faulty document is refused with its place and the reason`(row: Row) {
        let given = Set(row.documents.map(\.id))
        let documents = Self.surroundings.filter { !given.contains($0.id) } + row.documents
        let cluster = ClusterIdentity(name: "one", provider: "aws", region: "eu-central-1")
        let found = inspect(documents, clusters: [cluster]).map(ExpectedFault.init)
        #expect(Set(found) == Set(row.faults))
    }

    @Test func `the table is long enough to mean something`() {
        #expect(Self.rows.count >= 150)
        #expect(Set(Self.rows.map(\.testDescription)).count == Self.rows.count)
    }

    private static let surroundings = [
        Document(id: DocumentID(kind: .team, name: "demo"), spec: [:]),
        Document(
            id: DocumentID(kind: .cluster, scope: .cluster("one"), name: "one"),
            spec: ["domainSuffix": "demo.example.org"]
        ),
    ]
}
