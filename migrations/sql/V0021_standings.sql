-- What the hub looks at again and again is read without the reports that it is in, and what is written all the time is
-- cleaned up before it has grown much.

ALTER TABLE cluster_reports
    -- The part of a report that says how its cluster stands: no layers but those with a message, no objects.
    ADD COLUMN judged jsonb NOT NULL GENERATED ALWAYS AS (
        (body - '{layers,objects,drift,counts,audit}'::text[]) || jsonb_set(
            '{"layers": [], "drift": [], "counts": {}}', '{layers}',
            jsonb_path_query_array(body, '$.layers[*] ? (@.message != "")')
        )
    ) STORED,
    -- The furthest entry of the audit log that the agent has heard of; 0 where it has heard of none.
    ADD COLUMN audit_sequence bigint NOT NULL GENERATED ALWAYS AS (
        CASE WHEN body ? 'audit' THEN (body #>> '{audit,sequence}')::bigint ELSE 0 END
    ) STORED;

-- A queue: its rows come and go.
ALTER TABLE cluster_changes SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000
);

-- Rows of these are replaced with every bundle or report. A fifth of them, which is when cleaning up begins otherwise, is a
-- fifth of the database.
ALTER TABLE cluster_objects SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE cluster_metadata SET (
    autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05
);
ALTER TABLE cluster_reports SET (toast.autovacuum_vacuum_scale_factor = 0.1);
ALTER TABLE bundle_layers SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE layers SET (
    autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05
);
