-- What happened, in the order in which it became visible: for consoles, pipelines and webhooks. The audit log is the proof;
-- these rows are news, and are cleared away when they are old.
--
-- A reader goes by (transaction_id, id) and takes only rows of transactions below pg_snapshot_xmin(pg_current_snapshot()):
-- those are all over, so that nothing can appear behind a reader however transactions commit. The newest row is always kept,
-- so that every position names a row.
CREATE TABLE events (
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    kind text COLLATE "C" NOT NULL,
    subject text NOT NULL,
    -- Names, not references: an event outlives what it tells of.
    cluster text COLLATE "C",
    team text COLLATE "C",
    revision bigint,
    actor_kind text NOT NULL,
    actor text NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (transaction_id, id),
    CONSTRAINT events_data_check CHECK (jsonb_typeof(data) = 'object' AND length(data::text) <= 16384)
);

CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are never changed' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER events_immutable BEFORE UPDATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change();
CREATE TRIGGER events_kept BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change();
REVOKE UPDATE, TRUNCATE ON events FROM CURRENT_USER;

-- No team reads the table: the hub picks what concerns them.
ALTER TABLE events ENABLE ROW LEVEL SECURITY;

INSERT INTO events (at, kind, subject, actor_kind, actor, data) VALUES (now(), 'events.began', 'events', 'hub', 'hub', '{}');
