-- The hub's first schema: values and their history, clusters and their agents, bundles, trust, access.

-- One commit to the values. Numbers have no gaps; commits take turns, so the order of numbers is the order of commits.
CREATE TABLE revisions (
    number bigint CONSTRAINT revisions_pkey PRIMARY KEY,
    author text NOT NULL,
    message text NOT NULL,
    committed_at timestamptz NOT NULL,
    change_count integer NOT NULL,
    CONSTRAINT revisions_number_check CHECK (number > 0)
);

-- Every form a document ever had: valid from one revision until, exclusively, another; until nothing while it is current.
-- Secret leaves of the spec are sealed objects {"$sealed": "..."}.
CREATE TABLE documents (
    kind text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    team text COLLATE "C" NOT NULL DEFAULT '',
    name text COLLATE "C" NOT NULL,
    spec jsonb NOT NULL,
    valid_from bigint NOT NULL CONSTRAINT documents_valid_from_fkey REFERENCES revisions (number),
    valid_to bigint CONSTRAINT documents_valid_to_fkey REFERENCES revisions (number),
    CONSTRAINT documents_pkey PRIMARY KEY (kind, scope, team, name, valid_from),
    CONSTRAINT documents_validity_check CHECK (valid_to IS NULL OR valid_to > valid_from)
);

CREATE UNIQUE INDEX documents_current_idx ON documents (kind, scope, team, name) WHERE valid_to IS NULL;
CREATE INDEX documents_valid_from_idx ON documents (valid_from);
CREATE INDEX documents_valid_to_idx ON documents (valid_to) WHERE valid_to IS NOT NULL;

-- History cannot be rewritten, by no code path: a document's row is only ever closed, once; a revision never changes.
CREATE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'documents' AND OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL
        AND (OLD.kind, OLD.scope, OLD.team, OLD.name, OLD.spec, OLD.valid_from)
            = (NEW.kind, NEW.scope, NEW.team, NEW.name, NEW.spec, NEW.valid_from)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the history in % cannot be changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER revisions_immutable BEFORE UPDATE OR DELETE ON revisions
    FOR EACH ROW EXECUTE FUNCTION refuse_history_change();
CREATE TRIGGER documents_immutable BEFORE UPDATE OR DELETE ON documents
    FOR EACH ROW EXECUTE FUNCTION refuse_history_change();

CREATE TABLE clusters (
    id text COLLATE "C" NOT NULL DEFAULT gen_random_uuid()::text CONSTRAINT clusters_pkey PRIMARY KEY,
    name text COLLATE "C" NOT NULL CONSTRAINT clusters_name_key UNIQUE,
    provider text NOT NULL,
    region text NOT NULL,
    labels jsonb NOT NULL,
    domain text,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    -- What the cluster should run. Moved by whoever decides on roll-outs, and by nothing else.
    desired_revision bigint NOT NULL,
    -- Rises with everything but a revision that changes the bundle: labels, the agent's keys.
    input_version bigint NOT NULL DEFAULT 1,
    generation bigint NOT NULL DEFAULT 0,
    published_revision bigint,
    published_input_version bigint,
    input_digest bytea,
    timestamp_version bigint NOT NULL DEFAULT 0,
    timestamp_expires bigint
) WITH (fillfactor = 80);

CREATE INDEX clusters_timestamp_expires_idx ON clusters (timestamp_expires);

-- One-time tokens, by their SHA-256. A cluster has at most one; a new one replaces it.
CREATE TABLE enrolment_tokens (
    cluster_id text COLLATE "C" NOT NULL CONSTRAINT enrolment_tokens_pkey PRIMARY KEY
        CONSTRAINT enrolment_tokens_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    token_hash bytea NOT NULL CONSTRAINT enrolment_tokens_token_hash_key UNIQUE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    used_by bytea
);

CREATE TABLE agents (
    cluster_id text COLLATE "C" NOT NULL CONSTRAINT agents_pkey PRIMARY KEY
        CONSTRAINT agents_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    key_id text COLLATE "C" NOT NULL CONSTRAINT agents_key_id_key UNIQUE,
    public_key bytea NOT NULL,
    sealing_key bytea NOT NULL,
    cluster_uid text NOT NULL,
    enrolled_at timestamptz NOT NULL,
    boot_id text NOT NULL,
    agent_version text NOT NULL,
    kubernetes_version text NOT NULL
);

-- Apart from the agents, because it is written far more often.
CREATE TABLE agent_sightings (
    cluster_id text COLLATE "C" NOT NULL CONSTRAINT agent_sightings_pkey PRIMARY KEY
        CONSTRAINT agent_sightings_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    last_seen timestamptz NOT NULL
) WITH (fillfactor = 50);

-- The latest report of each cluster.
CREATE TABLE cluster_reports (
    cluster_id text COLLATE "C" NOT NULL CONSTRAINT cluster_reports_pkey PRIMARY KEY
        CONSTRAINT cluster_reports_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    boot_id text NOT NULL,
    previous_boot_id text,
    sequence bigint NOT NULL,
    generation bigint NOT NULL,
    revision bigint NOT NULL,
    state text NOT NULL,
    state_since timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    body jsonb NOT NULL
) WITH (fillfactor = 50);

-- Layers are named by the SHA-256 of their bytes, and shared by the clusters that have equal ones.
CREATE TABLE layers (
    digest bytea CONSTRAINT layers_pkey PRIMARY KEY,
    media_type text NOT NULL,
    bytes bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT layers_digest_check CHECK (length(digest) = 32)
);
ALTER TABLE layers ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE cluster_metadata (
    cluster_id text COLLATE "C" NOT NULL
        CONSTRAINT cluster_metadata_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    file text COLLATE "C" NOT NULL,
    generation bigint NOT NULL,
    bytes bytea NOT NULL,
    CONSTRAINT cluster_metadata_pkey PRIMARY KEY (cluster_id, file)
);

-- Which layers the recent bundles of a cluster name: what its agent may fetch, and what must not be cleared away.
CREATE TABLE bundle_layers (
    cluster_id text COLLATE "C" NOT NULL
        CONSTRAINT bundle_layers_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    generation bigint NOT NULL,
    digest bytea NOT NULL CONSTRAINT bundle_layers_digest_fkey REFERENCES layers (digest),
    CONSTRAINT bundle_layers_pkey PRIMARY KEY (cluster_id, digest, generation)
);

CREATE INDEX bundle_layers_digest_idx ON bundle_layers (digest);

CREATE TABLE root_metadata (
    version bigint CONSTRAINT root_metadata_pkey PRIMARY KEY,
    bytes bytea NOT NULL,
    created_at timestamptz NOT NULL
);

-- Private keys of the metadata roles, sealed.
CREATE TABLE signing_keys (
    key_id text COLLATE "C" CONSTRAINT signing_keys_pkey PRIMARY KEY,
    role text NOT NULL,
    sealed text NOT NULL,
    created_at timestamptz NOT NULL
);

-- The key that seals secrets, itself sealed by the key-encryption key.
CREATE TABLE data_keys (
    id integer CONSTRAINT data_keys_pkey PRIMARY KEY,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL
);

-- Bearer tokens of people and machines, by their SHA-256.
CREATE TABLE api_tokens (
    name text COLLATE "C" CONSTRAINT api_tokens_pkey PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT api_tokens_token_hash_key UNIQUE,
    role text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
