import JSON
package import Values

/// The values of a simulated fleet: teams with services everywhere, on clusters of a few profiles.
package struct FleetValues: Sendable {
    /// Where clusters stand; those of one profile share their layers.
    package static let profiles = [
        ("aws", "eu-central-1"), ("aws", "us-east-1"), ("azure", "westeurope"), ("google", "europe-west4"),
        ("onprem", "lab"),
    ]

    package let teams: Int
    package let servicesPerTeam: Int

    package init(teams: Int = 10, servicesPerTeam: Int = 5) {
        self.teams = teams
        self.servicesPerTeam = servicesPerTeam
    }

    /// Everything, as a new fleet is given it.
    package var documents: [Document] {
        var documents = [platformChange(0)]
        for team in 0..<teams {
            documents.append(teamChange(team, number: 0))
            for service in 0..<servicesPerTeam { documents.append(self.service(service, team: team)) }
        }
        return documents
    }

    /// A change that reaches every cluster: another alerting interval.
    ///
    /// No two numbers below 10,000 mean the same.
    package func platformChange(_ number: Int) -> Document {
        Document(
            id: DocumentID(kind: .settings, name: "alerts"),
            spec: [
                "receivers": ["slack"], "groupInterval": .string("\(300 + number)s"),
                "slack": ["url": "https://hooks.slack.example/services/a", "channel": "mon", "channelCrit": "crit"],
            ]
        )
    }

    /// A change of one team, which runs everywhere.
    package func teamChange(_ team: Int, number: Int) -> Document {
        Document(
            id: DocumentID(kind: .team, name: "team-\(team)"),
            spec: ["resourceQuota": ["pods": .string(String(100 + number))]]
        )
    }

    private func service(_ number: Int, team: Int) -> Document {
        Document(
            id: DocumentID(kind: .service, team: "team-\(team)", name: "service-\(number)"),
            spec: ["predeployed": "service", "port": 8080, "exposure": ["type": "cluster"]]
        )
    }
}
