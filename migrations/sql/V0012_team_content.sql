-- What teams with content keys have signed: the newest file of each, and the next while its signatures are collected. A row
-- stays when the team needs no signature any more, because clients take a file's absence from the snapshot for a rollback.
CREATE TABLE team_content (
    team text COLLATE "C" CONSTRAINT team_content_pkey PRIMARY KEY,
    version bigint NOT NULL DEFAULT 0,
    bytes bytea,
    draft bytea
);

-- Layers that a cluster should have and that wait for their team's signature. They must not be cleared away.
CREATE TABLE withheld_layers (
    cluster_id text COLLATE "C" NOT NULL
        CONSTRAINT withheld_layers_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    team text COLLATE "C" NOT NULL,
    digest bytea NOT NULL CONSTRAINT withheld_layers_digest_fkey REFERENCES layers (digest),
    length bigint NOT NULL,
    objects bigint NOT NULL,
    CONSTRAINT withheld_layers_pkey PRIMARY KEY (cluster_id, team)
);

CREATE INDEX withheld_layers_digest_idx ON withheld_layers (digest);

-- Neither is read on behalf of a team: the hub picks what concerns it (see V0010).
ALTER TABLE team_content ENABLE ROW LEVEL SECURITY;
ALTER TABLE withheld_layers ENABLE ROW LEVEL SECURITY;
