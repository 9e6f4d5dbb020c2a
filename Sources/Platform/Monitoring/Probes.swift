import JSON

extension TeamBuilder {
    private var probeJob: String { "probe-services-\(team.name)" }

    /// Asks for every public address of the team as somebody outside would; `nil` when there is none.
    ///
    /// Once a minute: a result is forgotten after five, so a slower probe could hardly keep an alert up.
    var probe: Manifest? {
        let urls = probedURLs
        guard !urls.isEmpty else { return nil }
        return manifest(
            .probe,
            "services",
            labels: monitoredLabel,
            [
                "spec": [
                    "jobName": .string(probeJob),
                    "interval": "1m",
                    "module": "http_2xx",
                    "prober": [
                        "url": .string("prometheus-blackbox-exporter.\(PlatformNamespaces.monitoring).svc:9115")
                    ],
                    "targets": ["staticConfig": ["static": .array(urls.map { .string($0) })]],
                ]
            ]
        )
    }

    /// The first path of each public host; a service that sleeps would be woken by the question.
    private var probedURLs: [String] {
        var hosts: Set<String> = []
        return exposures.compactMap { exposure in
            guard exposure.spec.reach == .public, let host = exposure.hosts.first?.name else { return nil }
            if case .knativeService(let knative) = exposure.service.spec.workload, knative.scaleToZero { return nil }
            return hosts.insert(host).inserted ? "https://\(host)\(exposure.paths.first ?? "/")" : nil
        }
    }

    /// What the team hears of without having written a rule.
    ///
    /// Only what its own Prometheus knows: the states of pods, jobs and quotas are metrics of the whole cluster, which the
    /// platform's Prometheus has.
    var rules: Manifest {
        manifest(
            .prometheusRule,
            Self.monitoringName,
            labels: monitoredLabel,
            ["spec": ["groups": [["name": "team", "rules": [probeFailing, targetDown]]]]]
        )
    }

    private var probeFailing: JSONValue {
        [
            "alert": "ProbeFailing",
            "expr": .string("probe_success{job=\"\(probeJob)\"} == 0"),
            "for": "3m",
            "labels": ["severity": "critical"],
            "annotations": [
                "summary": "A public address does not answer",
                "description": "{{ $labels.instance }} has not answered for three minutes.",
            ],
        ]
    }

    private var targetDown: JSONValue {
        [
            "alert": "TargetDown",
            "expr": .string("up{job!=\"\(probeJob)\"} == 0"),
            "for": "10m",
            "labels": ["severity": "warning"],
            "annotations": [
                "summary": "Metrics cannot be read",
                "description": "{{ $labels.instance }} of {{ $labels.job }} has not given its metrics for ten minutes.",
            ],
        ]
    }
}
