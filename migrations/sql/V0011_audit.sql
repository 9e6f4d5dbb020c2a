-- Who did what, when and from where. Each row holds the hash of the row before it, and its own hash covers that: no row can
-- be changed, taken out or put in between without every later hash being wrong. The latest hash goes out signed to agents.
CREATE TABLE audit_log (
    -- Without gaps: rows take turns on an advisory lock until their transaction is committed.
    sequence bigint CONSTRAINT audit_log_pkey PRIMARY KEY,
    at timestamptz NOT NULL,
    actor_kind text NOT NULL,
    actor text COLLATE "C" NOT NULL,
    address text,
    action text COLLATE "C" NOT NULL,
    object text COLLATE "C" NOT NULL,
    detail text,
    outcome text NOT NULL,
    -- SHA-256 of what there was and of what there is, as it is stored: secrets are sealed in it.
    before bytea,
    after bytea,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_log_sequence_check CHECK (sequence > 0),
    CONSTRAINT audit_log_outcome_check CHECK (outcome IN ('done', 'refused')),
    CONSTRAINT audit_log_hash_check CHECK (length(previous) = 32 AND length(hash) = 32)
);

CREATE INDEX audit_log_actor_idx ON audit_log (actor, sequence);
CREATE INDEX audit_log_object_idx ON audit_log (object, sequence);
CREATE INDEX audit_log_at_idx ON audit_log (at);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_log_immutable BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_log_kept BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM CURRENT_USER;

ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
