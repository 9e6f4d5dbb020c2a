-- A database that was restored from a backup knows less than its agents. What is known of that, and what waits for it.

-- The times that the database was found to be older than the fleet; at most one is open.
CREATE TABLE recoveries (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT recoveries_pkey PRIMARY KEY,
    cause text NOT NULL,
    detail text NOT NULL,
    opened_at timestamptz NOT NULL,
    -- The latest revision and audit entry that the database had then.
    base_revision bigint NOT NULL,
    base_audit bigint NOT NULL,
    -- The latest revision that the hub itself remembers; 0 where it does not.
    known_revision bigint NOT NULL DEFAULT 0,
    finished_at timestamptz,
    finished_by text,
    CONSTRAINT recoveries_cause_check CHECK (cause IN ('memory', 'agents', 'operator'))
);

CREATE UNIQUE INDEX recoveries_open_idx ON recoveries ((true)) WHERE finished_at IS NULL;

-- Clusters to which nothing is issued, or only above a floor. An ordinary cluster has no row here.
CREATE TABLE restrained_clusters (
    cluster_id text COLLATE "C" NOT NULL CONSTRAINT restrained_clusters_pkey PRIMARY KEY
        CONSTRAINT restrained_clusters_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    -- unheard: its agent has not spoken since the recovery was opened. ahead: it has seen what the database does not know.
    -- accepted: an operator let the hub issue above the floor. dismissed: what this key claims counts no more.
    state text NOT NULL,
    since timestamptz NOT NULL,
    noted_at timestamptz,
    key_id text COLLATE "C",
    -- The newest root when it was noted: a later one makes agents forget versions that a stolen key signed.
    noted_root bigint NOT NULL,
    -- What the database had when it was noted first.
    base_generation bigint NOT NULL,
    base_timestamp bigint NOT NULL,
    base_revision bigint NOT NULL,
    -- What the agent has seen; 0 where it did not say.
    seen_generation bigint NOT NULL DEFAULT 0,
    seen_timestamp bigint NOT NULL DEFAULT 0,
    seen_revision bigint NOT NULL DEFAULT 0,
    seen_root bigint NOT NULL DEFAULT 0,
    seen_audit bigint NOT NULL DEFAULT 0,
    -- What is issued must be above these.
    floor_generation bigint NOT NULL DEFAULT 0,
    floor_timestamp bigint NOT NULL DEFAULT 0,
    decided_at timestamptz,
    decided_by text,
    CONSTRAINT restrained_clusters_state_check CHECK (state IN ('unheard', 'ahead', 'accepted', 'dismissed'))
);

-- Neither is read on behalf of a team (see V0010).
ALTER TABLE recoveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE restrained_clusters ENABLE ROW LEVEL SECURITY;
