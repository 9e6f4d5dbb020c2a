-- The states of every cluster's objects, one row for each bucket that objects are spread over by their keys.

CREATE TABLE cluster_objects (
    cluster_id text COLLATE "C" NOT NULL
        CONSTRAINT cluster_objects_cluster_id_fkey REFERENCES clusters (id) ON DELETE CASCADE,
    bucket integer NOT NULL,
    -- What the agent says that the objects hash to: the bits of an unsigned number.
    hash bigint NOT NULL,
    objects jsonb NOT NULL,
    CONSTRAINT cluster_objects_pkey PRIMARY KEY (cluster_id, bucket),
    CONSTRAINT cluster_objects_bucket_check CHECK (bucket >= 0)
);

-- The last sixteen boots before the one whose report is stored: what they say late is history, and never taken.
ALTER TABLE cluster_reports ADD COLUMN earlier_boot_ids text[] NOT NULL DEFAULT '{}';
