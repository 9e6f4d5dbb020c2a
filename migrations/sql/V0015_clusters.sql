-- What people know of a cluster, how each cluster stands since when, and which generations it has had.

ALTER TABLE clusters
    -- Who answers for it: a person, a team, an address. Nothing reads it but people.
    ADD COLUMN owner text NOT NULL DEFAULT '',
    ADD COLUMN description text NOT NULL DEFAULT '';

-- What a search looks through; labels count by their values.
ALTER TABLE clusters ADD COLUMN search_text text GENERATED ALWAYS AS (
    lower(
        (
            name || E'\n' || provider || E'\n' || region || E'\n' || owner || E'\n'
                || jsonb_path_query_array(labels, '$.*')::text
        ) COLLATE pg_catalog."default"
    )
) STORED;

CREATE INDEX clusters_labels_idx ON clusters USING gin (labels jsonb_path_ops);

-- How each cluster stands. The hub looks again at clusters of which something has changed, and at those that fall silent.
CREATE TABLE cluster_states (
    cluster_id text COLLATE "C" NOT NULL CONSTRAINT cluster_states_pkey PRIMARY KEY
        CONSTRAINT cluster_states_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    state text COLLATE "C" NOT NULL,
    since timestamptz NOT NULL,
    -- Why, in one sentence; nothing for a cluster that is as it should be.
    reason text,
    -- The reason without what is peculiar to the cluster: equal where the same thing is wrong.
    cause text NOT NULL,
    -- The revision that it should run and that it was measured by.
    desired_revision bigint NOT NULL,
    -- Whether its agent was silent for too long by then.
    is_silent boolean NOT NULL DEFAULT false,
    -- What lists show of the agent's report, so that they need not read it.
    summary jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 70);

CREATE INDEX cluster_states_state_idx ON cluster_states (state, cluster_id);
CREATE INDEX cluster_states_silent_idx ON cluster_states (cluster_id) WHERE is_silent;

-- Clusters of which something has changed that their state depends on. Rows are only added and taken away: one that is seen
-- is of a transaction that is over, so what is read after it was taken is at least as new.
CREATE TABLE cluster_changes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT cluster_changes_pkey PRIMARY KEY,
    cluster_id text COLLATE "C" NOT NULL
);

CREATE INDEX cluster_changes_cluster_id_idx ON cluster_changes (cluster_id);

-- Why the bundle of a cluster could not be compiled, while it should run this revision with these inputs.
CREATE TABLE cluster_faults (
    cluster_id text COLLATE "C" NOT NULL CONSTRAINT cluster_faults_pkey PRIMARY KEY
        CONSTRAINT cluster_faults_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    revision bigint NOT NULL,
    input_version bigint NOT NULL,
    fault text NOT NULL,
    found_at timestamptz NOT NULL
);

-- The generations that were published for each cluster, and when its agent said that it had them: the latest 200.
CREATE TABLE cluster_generations (
    cluster_id text COLLATE "C" NOT NULL
        CONSTRAINT cluster_generations_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    generation bigint NOT NULL,
    revision bigint NOT NULL,
    published_at timestamptz NOT NULL,
    -- The first report that it is applied, and the first that all of it is ready.
    applied_at timestamptz,
    ready_at timestamptz,
    -- The last state that was reported of it.
    state text,
    CONSTRAINT cluster_generations_pkey PRIMARY KEY (cluster_id, generation)
) WITH (fillfactor = 80);

-- The keys of agents whose clusters were forgotten: one that comes back is told so.
CREATE TABLE forgotten_agents (
    key_id text COLLATE "C" CONSTRAINT forgotten_agents_pkey PRIMARY KEY,
    public_key bytea NOT NULL,
    cluster text COLLATE "C" NOT NULL,
    forgotten_at timestamptz NOT NULL
);

CREATE INDEX forgotten_agents_forgotten_at_idx ON forgotten_agents (forgotten_at);

CREATE FUNCTION begin_cluster_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cluster_states (cluster_id, state, since, reason, cause, desired_revision)
    VALUES (NEW.id, 'pending', NEW.created_at, 'No agent has enrolled yet.', 'no agent has enrolled yet',
        NEW.desired_revision);
    RETURN NULL;
END
$$;

CREATE FUNCTION note_cluster_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'clusters' THEN
        INSERT INTO cluster_changes (cluster_id) VALUES (NEW.id);
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO cluster_changes (cluster_id) VALUES (OLD.cluster_id);
    ELSE
        INSERT INTO cluster_changes (cluster_id) VALUES (NEW.cluster_id);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER clusters_state_begun AFTER INSERT ON clusters
    FOR EACH ROW EXECUTE FUNCTION begin_cluster_state();
-- The desired revision is not here: it moves for many clusters at once, and is compared set by set.
CREATE TRIGGER clusters_state_changed
    AFTER UPDATE OF revoked_at, quarantined_at, hold_reason, confirmed_generation, drift_mode ON clusters
    FOR EACH ROW
    WHEN ((OLD.revoked_at, OLD.quarantined_at, OLD.hold_reason, OLD.confirmed_generation, OLD.drift_mode)
        IS DISTINCT FROM
        (NEW.revoked_at, NEW.quarantined_at, NEW.hold_reason, NEW.confirmed_generation, NEW.drift_mode))
    EXECUTE FUNCTION note_cluster_change();
CREATE TRIGGER agents_state_changed
    AFTER INSERT OR DELETE OR UPDATE OF key_id, sealing_key, clone_at ON agents
    FOR EACH ROW EXECUTE FUNCTION note_cluster_change();
CREATE TRIGGER admission_requests_state_changed AFTER INSERT OR UPDATE OR DELETE ON admission_requests
    FOR EACH ROW EXECUTE FUNCTION note_cluster_change();
CREATE TRIGGER cluster_faults_state_changed AFTER INSERT OR UPDATE ON cluster_faults
    FOR EACH ROW EXECUTE FUNCTION note_cluster_change();

-- What there is already; the hub looks at all of it once.
INSERT INTO cluster_states (cluster_id, state, since, reason, cause, desired_revision)
SELECT id, 'pending', created_at, 'No agent has enrolled yet.', 'no agent has enrolled yet', desired_revision
FROM clusters;
INSERT INTO cluster_changes (cluster_id) SELECT id FROM clusters;

ALTER TABLE cluster_states ENABLE ROW LEVEL SECURITY;
ALTER TABLE cluster_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE cluster_faults ENABLE ROW LEVEL SECURITY;
ALTER TABLE cluster_generations ENABLE ROW LEVEL SECURITY;
ALTER TABLE forgotten_agents ENABLE ROW LEVEL SECURITY;
