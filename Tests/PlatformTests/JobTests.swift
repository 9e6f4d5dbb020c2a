import JSON
import Testing

@testable import Platform

@Suite struct JobTests {
    private static let script = Trees.container.merging(["script": "echo hello"])

    private static func compile(_ job: JSONValue) -> Compilation {
        Compilation(
            of: Trees.team(
                jobs: ["sync": job],
                secrets: ["settings": ["type": "generic", "entries": ["TOKEN"]]]
            )
        )
    }

    private static func jobName(_ job: JSONValue) -> String? {
        compile(job).objects(.job).first?["metadata"]?["name"]?.stringValue
    }

    @Test func `a job has everything that its document says`() throws {
        let compilation = Self.compile(
            Self.script.merging([
                "type": "Job",
                "shell": "/bin/bash",
                "env": ["receiver": "world"],
                "secrets": ["settings"],
                "secretMounts": ["/config/secret": "settings"],
                "files": ["/config/a": "one", "/config/sub/b": "two", "/c": "three"],
                "annotations": ["team.example.org/note": "kept"],
                "securityContext": ["runAsUser": 1002, "runAsNonRoot": true],
                "podSecurityContext": ["fsGroup": 1002, "runAsUser": 1002],
                "ttlSecondsAfterFinished": 600,
                "init": [
                    Self.script.merging(["env": ["foo": "bar"], "files": ["/x": "y"]]),
                    Trees.container.merging(["command": ["true"], "args": ["-v"]]),
                ],
            ])
        )
        #expect(compilation.faults.isEmpty)
        try Golden.expect(compilation.objects(.job, .configMap), equal: "job")
    }

    @Test func `a cron job runs one at a time`() throws {
        let compilation = Self.compile(Self.script.merging(["type": "CronJob", "schedule": "*/5 * * * *"]))
        #expect(compilation.faults.isEmpty)
        try Golden.expect(compilation.objects(.cronJob), equal: "cron-job")
    }

    @Test func `an unchanged job keeps its name and a changed one gets another`() throws {
        let name = try #require(Self.jobName(Self.script))
        #expect(name.wholeMatch(of: /sync-[0-9a-f]{8}/) != nil)
        #expect(Self.jobName(Self.script) == name)
        for change in [
            ["script": "echo bye"], ["env": ["a": "b"]], ["files": ["/a": "b"]], ["image": ["tag": "1.27.4"]],
            ["ttlSecondsAfterFinished": 5],
        ] as [JSONValue] {
            #expect(Self.jobName(Self.script.merging(change)) != name)
        }
        #expect(
            Self.jobName(Self.script.merging(["files": ["/a": "b"]]))
                != Self.jobName(Self.script.merging(["files": ["/a": "c"]]))
        )
    }

    @Test func `a job that is not enabled leaves nothing`() {
        let compilation = Self.compile(Self.script.merging(["enabled": false, "env": ["a": "b"]]))
        #expect(compilation.objects(.job, .cronJob, .configMap).isEmpty)
    }

    @Test func `a job that may be deleted after it finished is not made again`() throws {
        let job = try #require(
            Self.compile(Self.script.merging(["ttlSecondsAfterFinished": 60])).objects(.job).first
        )
        #expect(job["metadata"]?["annotations"]?["otomi.io/recreate"] == "disabled")
        #expect(Self.compile(Self.script).objects(.job).first?["metadata"]?["annotations"] == nil)
    }

    @Test(arguments: ["Always", "OnSpecChange"])
    func `a run policy says what a job is named after`(policy: String) throws {
        let tree = Trees.team(jobs: ["sync": Self.script.merging(["runPolicy": .string(policy)])])
        let names = Set(
            [1, 2].compactMap { revision in
                Compilation(of: tree, revision: revision).objects(.job).first?["metadata"]?["name"]?.stringValue
            }
        )
        #expect(names == (policy == "Always" ? ["sync-r1", "sync-r2"] : [try #require(Self.jobName(Self.script))]))
    }
}
