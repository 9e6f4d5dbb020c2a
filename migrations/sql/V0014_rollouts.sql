-- Rollouts: the movement of clusters from one revision to another. All of it is here, so that whichever replica looks next
-- goes on where the one before was killed.

-- How a commit's clusters are moved; no row is the standard.
CREATE TABLE rollout_policy (
    id integer NOT NULL DEFAULT 1 CONSTRAINT rollout_policy_pkey PRIMARY KEY,
    strategy jsonb NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    CONSTRAINT rollout_policy_single_check CHECK (id = 1)
);

-- Numbers have no gaps; whoever begins one holds the lock of commits.
CREATE TABLE rollouts (
    number bigint CONSTRAINT rollouts_pkey PRIMARY KEY,
    revision bigint NOT NULL CONSTRAINT rollouts_revision_fkey REFERENCES revisions (number),
    -- Which clusters it is about: {} is the whole fleet.
    scope jsonb NOT NULL,
    cause text COLLATE "C" NOT NULL,
    author text NOT NULL,
    message text NOT NULL,
    strategy jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    state text COLLATE "C" NOT NULL,
    wave integer NOT NULL DEFAULT 0,
    wave_count integer NOT NULL DEFAULT 0,
    phase text COLLATE "C" NOT NULL DEFAULT 'applying',
    phase_since timestamptz NOT NULL,
    reason text,
    -- Clusters that nothing differed on, so that they were moved without waiting.
    unaffected bigint NOT NULL DEFAULT 0,
    superseded_by bigint CONSTRAINT rollouts_superseded_by_fkey REFERENCES rollouts (number),
    finished_at timestamptz,
    -- Whether time or a report can bring it further.
    is_open boolean NOT NULL,
    CONSTRAINT rollouts_cause_check CHECK (cause IN ('commit', 'request')),
    CONSTRAINT rollouts_phase_check CHECK (phase IN ('applying', 'soaking')),
    CONSTRAINT rollouts_state_check CHECK (state IN ('planned', 'running', 'paused', 'halted', 'returning',
        'completed', 'returned', 'aborted', 'superseded'))
);

CREATE INDEX rollouts_open_idx ON rollouts (number) WHERE is_open;
CREATE INDEX rollouts_unfinished_idx ON rollouts (number) WHERE finished_at IS NULL;
CREATE INDEX rollouts_superseded_by_idx ON rollouts (superseded_by) WHERE superseded_by IS NOT NULL;

CREATE TABLE rollout_clusters (
    rollout bigint NOT NULL CONSTRAINT rollout_clusters_rollout_fkey REFERENCES rollouts (number) ON DELETE CASCADE,
    cluster_id text COLLATE "C" NOT NULL
        CONSTRAINT rollout_clusters_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    wave integer NOT NULL,
    state text COLLATE "C" NOT NULL,
    -- What it was to run before.
    from_revision bigint NOT NULL,
    since timestamptz NOT NULL,
    moved_at timestamptz,
    -- Whether it was unwell already when it was moved.
    had_trouble boolean NOT NULL DEFAULT false,
    reason text,
    CONSTRAINT rollout_clusters_pkey PRIMARY KEY (rollout, cluster_id),
    CONSTRAINT rollout_clusters_state_check CHECK (state IN ('waiting', 'moved', 'healthy', 'failed', 'deferred',
        'returning', 'returned', 'taken'))
) WITH (fillfactor = 70);

CREATE INDEX rollout_clusters_cluster_id_idx ON rollout_clusters (cluster_id, rollout);

ALTER TABLE rollout_policy ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollouts ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollout_clusters ENABLE ROW LEVEL SECURITY;
