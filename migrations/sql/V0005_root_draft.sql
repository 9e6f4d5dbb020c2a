-- The next root of trust while its signatures are collected: at most one. The private keys that it gives the hub wait in
-- signing_keys, which are used only when a root lists them.
CREATE TABLE root_drafts (
    id integer NOT NULL DEFAULT 1 CONSTRAINT root_drafts_pkey PRIMARY KEY,
    version bigint NOT NULL,
    bytes bytea NOT NULL,
    author text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT root_drafts_single_check CHECK (id = 1)
);

-- The newest root when the cluster's metadata was signed: behind it, the metadata is signed anew at once.
ALTER TABLE clusters ADD COLUMN root_version bigint NOT NULL DEFAULT 1;
