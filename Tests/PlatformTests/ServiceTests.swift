import JSON
import Testing

@testable import Platform

@Suite struct ServiceTests {
    @Test func `a new Knative service has the whole container`() throws {
        let compilation = Compilation(
            of: Trees.team(
                services: [
                    "hello": [
                        "container": Trees.container.merging([
                            "image": ["pullPolicy": "Always"],
                            "env": ["GREETING": "hello", "PORT_NUMBER": 8080],
                            "secrets": ["settings", "made-elsewhere"],
                            "secretMounts": ["/certs": "tls", "/more-certs": "tls"],
                            "files": ["/etc/nginx.conf": "events {}\n", "/robots.txt": "none", "/etc/nginx_conf": "x"],
                            "command": ["nginx"],
                            "args": ["-g", "daemon off;"],
                            "containerPort": 8080,
                            "securityContext": ["runAsUser": 1002, "readOnlyRootFilesystem": true],
                            "annotations": ["team.example.org/note": "kept"],
                        ]),
                        "exposure": ["type": "cluster"],
                    ]
                ],
                secrets: [
                    "settings": ["type": "generic", "entries": ["TOKEN", "GREETING"]],
                    "tls": ["type": "tls"],
                ]
            )
        )
        #expect(compilation.faults.isEmpty)
        try Golden.expect(compilation.objects(.knativeService, .configMap), equal: "knative-service")
    }

    @Test func `existing services are not made`() {
        let compilation = Compilation(
            of: Trees.team(services: ["plain": ["predeployed": "service"], "serverless": ["predeployed": "knative"]])
        )
        #expect(compilation.faults.isEmpty)
        #expect(compilation.objects(.knativeService).isEmpty)
    }

    @Test(
        arguments: [
            (["scaleToZero": true], "0"), (["scaleToZero": false], "1"), ([:], "1"),
            (["scaleToZero": true, "annotations": ["autoscaling.knative.dev/min-scale": "3"]], "3"),
        ] as [(JSONValue, String)]
    )
    func `scaling to zero is the least number of pods, unless the document names one`(
        options: JSONValue,
        expected: String
    ) throws {
        let compilation = Compilation(
            of: Trees.team(services: ["hello": ["container": Trees.container.merging(options)]])
        )
        let service = try #require(compilation.object(.knativeService, "hello"))
        let annotations = service["spec"]?["template"]?["metadata"]?["annotations"]
        #expect(annotations?["autoscaling.knative.dev/min-scale"]?.stringValue == expected)
    }

    @Test(
        arguments: [
            (["type": "cluster"], true), (["type": "public"], false), (["type": "private"], true),
            (["type": "public", "domain": "www.shop.example"], true), (["type": "public", "paths": ["/a"]], true),
            (["type": "public", "domain": "hello.team-demo.demo.example.org"], false),
        ] as [(JSONValue, Bool)]
    )
    func `Knative serves the outside itself only on the public default host`(exposure: JSONValue, isLocal: Bool) throws
    {
        let compilation = Compilation(
            of: Trees.team(services: ["hello": ["container": Trees.container, "exposure": exposure]])
        )
        let service = try #require(compilation.object(.knativeService, "hello"))
        let visibility = service["metadata"]?["labels"]?["networking.knative.dev/visibility"]
        #expect((visibility == "cluster-local") == isLocal)
        let hasRoute = compilation.object(.virtualService, "hello") != nil
        #expect(hasRoute == (isLocal && exposure["type"] != "cluster"))
    }

    @Test func `a changed file changes the pod template`() throws {
        func digest(_ content: String) -> JSONValue? {
            let container = Trees.container.merging(["files": ["/a": .string(content)]])
            let service = Compilation(of: Trees.team(services: ["hello": ["container": container]]))
                .object(.knativeService, "hello")
            return service?["spec"]?["template"]?["metadata"]?["annotations"]?["otomi.io/config-digest"]
        }
        let first = try #require(digest("one"))
        #expect(first == digest("one"))
        #expect(first != digest("two"))
    }

    @Test(arguments: ["Always", "IfNotPresent"])
    func `[Q] the pull policy of an image reaches the container`(policy: JSONValue) throws {
        let container = Trees.container.merging(["image": ["pullPolicy": policy]])
        let service = try #require(
            Compilation(of: Trees.team(services: ["hello": ["container": container]])).object(.knativeService, "hello")
        )
        #expect(service["spec"]?["template"]?["spec"]?["containers"]?[0]?["imagePullPolicy"] == policy)
    }

    @Test func `an image may be named by digest`() throws {
        let container = Trees.container.merging(["image": ["tag": "sha256:0123"]])
        let service = try #require(
            Compilation(of: Trees.team(services: ["hello": ["container": container]])).object(.knativeService, "hello")
        )
        #expect(service["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"] == "nginx@sha256:0123")
    }
}
