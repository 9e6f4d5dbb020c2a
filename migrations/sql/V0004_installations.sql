-- How each cluster's agent was installed last, and the address, if any, that still has to serve its manifest.
CREATE TABLE installations (
    cluster_id text COLLATE "C" NOT NULL CONSTRAINT installations_pkey PRIMARY KEY
        CONSTRAINT installations_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    options jsonb NOT NULL,
    -- The SHA-256 of the address's secret; a new installation replaces it.
    link_hash bytea CONSTRAINT installations_link_hash_key UNIQUE,
    link_expires_at timestamptz,
    link_used_at timestamptz,
    CONSTRAINT installations_link_check CHECK ((link_hash IS NULL) = (link_expires_at IS NULL))
);
