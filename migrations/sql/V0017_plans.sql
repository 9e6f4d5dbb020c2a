-- Plans that agents try on their API servers, and what came of it. They live for minutes.

CREATE TABLE plans (
    id text COLLATE "C" NOT NULL CONSTRAINT plans_pkey PRIMARY KEY,
    author text NOT NULL,
    -- What people are answered; never a secret.
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    -- From then on nobody waits for agents any more.
    expires_at timestamptz NOT NULL
);

CREATE INDEX plans_expires_at_idx ON plans (expires_at);

CREATE TABLE plan_trials (
    plan_id text COLLATE "C" NOT NULL
        CONSTRAINT plan_trials_plan_id_fkey REFERENCES plans (id) ON DELETE CASCADE,
    cluster_id text COLLATE "C" NOT NULL
        CONSTRAINT plan_trials_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    -- The objects, sealed to the cluster's agent.
    digest bytea NOT NULL,
    file bytea NOT NULL,
    object_count integer NOT NULL,
    -- How many objects were too many to be tried.
    omitted integer NOT NULL,
    -- The agent's answer; nothing while it is waited for.
    result jsonb,
    answered_at timestamptz,
    CONSTRAINT plan_trials_pkey PRIMARY KEY (plan_id, cluster_id)
);

CREATE INDEX plan_trials_cluster_id_idx ON plan_trials (cluster_id);

ALTER TABLE plans ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan_trials ENABLE ROW LEVEL SECURITY;
