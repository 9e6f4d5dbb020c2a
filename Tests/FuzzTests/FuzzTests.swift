import FleetTestSupport
import Foundation
import FuzzTargets
import Testing

/// The short form of script/fuzz: every kept input, and the same few thousand changes of them in every run.
@Suite struct FuzzTests {
    private static let mutations = 1_500

    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Corpus")

    private static func inputs(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = corpus.appending(path: target.rawValue)
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `what is genuine passes and is in the corpus`(target: FuzzTarget) throws {
        #expect(target.takesWhatIsGenuine)
        let folder = Self.corpus.appending(path: target.rawValue)
        if ProcessInfo.processInfo.environment["OTOMI_RECORD_GOLDEN"] != nil {
            for input in target.genuine { try Data(input.bytes).write(to: folder.appending(path: input.name)) }
        }
        let kept = try Set(Self.inputs(target).map(\.name))
        #expect(kept.isSuperset(of: target.genuine.map(\.name)))
    }

    @Test(arguments: FuzzTarget.allCases)
    func `every kept input is read or refused as promised`(target: FuzzTarget) throws {
        let inputs = try Self.inputs(target)
        #expect(!inputs.isEmpty)
        for input in inputs {
            do { try target.check(input.bytes) } catch { Issue.record("\(target) \(input.name): \(error)") }
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `thousands of changed inputs are read or refused as promised, each in a moment`(target: FuzzTarget) throws {
        let inputs = try Self.inputs(target).map(\.bytes)
        var random = SeededGenerator(seed: 9_421)
        var mutator = Mutator(SeededGenerator(seed: 8_785))
        for number in 0..<Self.mutations {
            let input = try #require(inputs.randomElement(using: &random))
            let changed = mutator.mutated(input, with: try #require(inputs.randomElement(using: &random)))
            let start = ContinuousClock.now
            do { try target.check(changed) } catch {
                let text = Data(changed).base64EncodedString()
                Issue.record("\(target) change \(number): \(error)\ninput: \(text)")
            }
            #expect(ContinuousClock.now - start < .seconds(5), "\(target) change \(number) took too long")
        }
    }
}
