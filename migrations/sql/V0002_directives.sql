-- What operators tell the agent of one cluster beside what it should run; it goes out signed with the bundle.
ALTER TABLE clusters
    -- Why nothing is applied there, and who said so; nothing while it is.
    ADD COLUMN hold_reason text,
    ADD COLUMN hold_by text,
    ADD COLUMN hold_at timestamptz,
    ADD COLUMN drift_mode text NOT NULL DEFAULT 'enforce',
    -- Deletions that a person agreed to: the generation at which they were held back, and the digest of the objects' keys.
    ADD COLUMN confirmed_generation bigint,
    ADD COLUMN confirmed_deletions bytea,
    ADD COLUMN confirmed_by text,
    ADD COLUMN confirmed_at timestamptz,
    -- The generation that was out when they agreed; only reports of later ones tell what became of it.
    ADD COLUMN confirmed_after bigint,
    ADD CONSTRAINT clusters_hold_check CHECK (num_nulls(hold_reason, hold_by, hold_at) IN (0, 3)),
    ADD CONSTRAINT clusters_drift_mode_check CHECK (drift_mode IN ('enforce', 'report', 'off')),
    ADD CONSTRAINT clusters_confirmation_check CHECK (
        num_nulls(confirmed_generation, confirmed_deletions, confirmed_by, confirmed_at, confirmed_after) IN (0, 5)
    );

CREATE INDEX clusters_confirmed_idx ON clusters (id) WHERE confirmed_generation IS NOT NULL;
