-- Machine identity: keys that are replaced and grow old, approval, quarantine, and what happened that should not.

-- What somebody responsible for security should see. Equal events of one hour are one row that counts them, so that an
-- attacker who repeats himself pushes nothing out.
CREATE TABLE security_events (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT security_events_pkey PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    -- The name of the cluster, the account or the token that it is about.
    subject text COLLATE "C" NOT NULL,
    -- The cluster, when it is about one; it may be gone since.
    cluster_id text COLLATE "C",
    -- Where the request came from; empty when nobody asked over the network.
    address text NOT NULL,
    detail text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    times bigint NOT NULL DEFAULT 1,
    -- The hour that it happened in.
    hour bigint NOT NULL,
    CONSTRAINT security_events_once_key UNIQUE (kind, subject, address, detail, hour)
);

CREATE INDEX security_events_last_at_idx ON security_events (last_at);
CREATE INDEX security_events_cluster_id_idx ON security_events (cluster_id, last_at) WHERE cluster_id IS NOT NULL;

ALTER TABLE clusters
    -- An agent that enrols waits until an operator has compared its key's fingerprint.
    ADD COLUMN requires_approval boolean NOT NULL DEFAULT false,
    -- Whether two agents with one identity are shut out; nothing for what the fleet does.
    ADD COLUMN quarantines_clones boolean,
    -- Since when its agent is shut out until an operator decides.
    ADD COLUMN quarantined_at timestamptz;

CREATE INDEX clusters_revoked_at_idx ON clusters (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX clusters_quarantined_at_idx ON clusters (quarantined_at) WHERE quarantined_at IS NOT NULL;

ALTER TABLE agents
    -- The key before this one, which counts for a little longer: a request that it signed may be on its way.
    ADD COLUMN previous_key_id text COLLATE "C" CONSTRAINT agents_previous_key_id_key UNIQUE,
    ADD COLUMN previous_public_key bytea,
    ADD COLUMN previous_until timestamptz,
    -- Since when the keys are these; nothing for those of the enrolment.
    ADD COLUMN keys_since timestamptz,
    -- When an operator asked for new ones.
    ADD COLUMN rotation_asked_at timestamptz,
    -- The boot that speaks for the cluster (boot_id): when its first request was signed, and where it came from.
    ADD COLUMN boot_since timestamptz,
    ADD COLUMN boot_address text NOT NULL DEFAULT '',
    -- The last sixteen boots before it. One that speaks after a newer one did is a copy, or the original of a copy.
    ADD COLUMN earlier_boots text[] NOT NULL DEFAULT '{}',
    -- The last time that happened.
    ADD COLUMN clone_at timestamptz,
    ADD COLUMN clone_boot_id text,
    ADD COLUMN clone_address text,
    ADD CONSTRAINT agents_previous_check CHECK (
        num_nulls(previous_key_id, previous_public_key, previous_until) IN (0, 3)
    ),
    ADD CONSTRAINT agents_clone_check CHECK (num_nulls(clone_at, clone_boot_id, clone_address) IN (0, 3));

-- Agents that wait for an operator's word: new ones, and ones whose key has grown too old. A cluster has at most one.
CREATE TABLE admission_requests (
    cluster_id text COLLATE "C" NOT NULL CONSTRAINT admission_requests_pkey PRIMARY KEY
        CONSTRAINT admission_requests_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    kind text NOT NULL,
    key_id text COLLATE "C" NOT NULL CONSTRAINT admission_requests_key_id_key UNIQUE,
    public_key bytea NOT NULL,
    sealing_key bytea NOT NULL,
    cluster_uid text NOT NULL,
    boot_id text NOT NULL,
    agent_version text NOT NULL,
    kubernetes_version text NOT NULL,
    address text NOT NULL,
    asked_at timestamptz NOT NULL,
    rejected_at timestamptz,
    CONSTRAINT admission_requests_kind_check CHECK (kind IN ('enrolment', 'renewal'))
);

-- Keys of clusters that were revoked: no token lets one of them in again.
CREATE TABLE revoked_keys (
    key_id text COLLATE "C" CONSTRAINT revoked_keys_pkey PRIMARY KEY,
    revoked_at timestamptz NOT NULL
);

-- Nonces of the requests that change an identity, for as long as they could be sent again: to any replica.
CREATE TABLE identity_nonces (
    key_id text COLLATE "C" NOT NULL,
    nonce text COLLATE "C" NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT identity_nonces_pkey PRIMARY KEY (key_id, nonce)
);

CREATE INDEX identity_nonces_expires_at_idx ON identity_nonces (expires_at);
