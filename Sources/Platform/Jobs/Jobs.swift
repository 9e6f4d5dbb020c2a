import JSON

extension TeamBuilder {
    /// The team's jobs and cron jobs with their ConfigMaps; a job that is not enabled leaves nothing.
    var jobs: [Manifest] {
        team.jobs.filter(\.spec.enabled).flatMap { job -> [Manifest] in
            var draft = PodDraft(team: team, labels: labels(of: job))
            let template = podTemplate(job, &draft)
            switch job.spec.trigger {
            case .specChange: return draft.configMaps + [jobOfSpec(job, template)]
            case .revision: return draft.configMaps + [jobOfRevision(job, template)]
            case .schedule(let schedule): return draft.configMaps + [cronJob(job, template, schedule)]
            }
        }
    }

    /// A Job that runs once for every version of its spec.
    ///
    /// A Job's pod template cannot be changed, so its name is `<job>-<eight digits of its spec's fingerprint>`: an unchanged
    /// Job is the same object and stays as it is, a changed one is a new object, and the old one is pruned with its pods.
    /// The cluster deletes a finished Job after its time to live; the annotation `otomi.io/recreate: disabled` says that
    /// this is no drift, and that an agent must not run it again.
    private func jobOfSpec(_ job: Named<JobSpec>, _ template: JSONValue) -> Manifest {
        let spec = jobSpec(job, template)
        return self.job(job, Self.jobName(job.name, spec), spec)
    }

    /// A Job that runs once for every revision of the values that reaches the cluster: `<job>-r<revision>`.
    private func jobOfRevision(_ job: Named<JobSpec>, _ template: JSONValue) -> Manifest {
        self.job(job, "\(job.name)-r\(revision)", jobSpec(job, template))
    }

    private func job(_ job: Named<JobSpec>, _ name: String, _ spec: JSONValue) -> Manifest {
        var manifest = manifest(.job, name, labels: labels(of: job), ["spec": spec])
        if job.spec.ttlSecondsAfterFinished != nil { manifest.annotations["otomi.io/recreate"] = "disabled" }
        return manifest
    }

    static func jobName(_ name: String, _ spec: JSONValue) -> String { "\(name)-\(Fingerprint(spec).shortHex)" }

    /// A job by the clock: one run at a time, and a run that could not start within five minutes is skipped.
    private func cronJob(_ job: Named<JobSpec>, _ template: JSONValue, _ schedule: String) -> Manifest {
        manifest(
            .cronJob,
            job.name,
            labels: labels(of: job),
            [
                "spec": [
                    "schedule": .string(schedule),
                    "concurrencyPolicy": "Forbid",
                    "startingDeadlineSeconds": 300,
                    "successfulJobsHistoryLimit": 1,
                    "failedJobsHistoryLimit": 2,
                    "suspend": false,
                    "jobTemplate": [
                        "metadata": ["labels": labels(of: job).json],
                        "spec": jobSpec(job, template),
                    ],
                ]
            ]
        )
    }

    private func jobSpec(_ job: Named<JobSpec>, _ template: JSONValue) -> JSONValue {
        .members([
            "backoffLimit": 3,
            "ttlSecondsAfterFinished": job.spec.ttlSecondsAfterFinished,
            "template": template,
        ])
    }

    private func podTemplate(_ job: Named<JobSpec>, _ draft: inout PodDraft) -> JSONValue {
        let owner = "job.\(job.name)"
        let main = draft.container(
            job.spec.container.container,
            name: "main",
            owner: owner,
            command: job.spec.container.command,
            environment: .configMap
        )
        var initContainers: [JSONValue] = []
        for (index, container) in job.spec.initContainers.enumerated() {
            initContainers.append(
                draft.container(
                    container.container,
                    name: "init-\(index)",
                    owner: "\(owner).init-\(index)",
                    command: container.command,
                    environment: .configMap
                )
            )
        }
        // A sidecar would keep the pod running after its script has ended.
        let labels = labels(of: job).merging(["sidecar.istio.io/inject": "false"]) { own, _ in own }
        var annotations = job.spec.annotations
        annotations["otomi.io/config-digest"] = draft.configDigest
        return .members([
            "metadata": JSONValue.members([
                "labels": labels,
                "annotations": annotations.isEmpty ? nil : annotations,
            ]),
            "spec": JSONValue.members([
                "restartPolicy": "Never",
                "serviceAccountName": "default",
                "securityContext": podSecurityContext(job.spec),
                "initContainers": initContainers.isEmpty ? nil : initContainers,
                "containers": [main],
                "volumes": draft.volumes.isEmpty ? nil : draft.volumes,
            ]),
        ])
    }

    /// Not root, unless the document says otherwise.
    private func podSecurityContext(_ job: JobSpec) -> JSONValue {
        let defaults: JSONValue = ["runAsNonRoot": true, "runAsUser": 1001, "runAsGroup": 1001]
        return defaults.merging(job.podSecurityContext ?? .object([:]))
    }

    private func labels(of job: Named<JobSpec>) -> [String: String] {
        ["otomi.io/job": job.name].merging(team.labels) { own, _ in own }
    }
}
