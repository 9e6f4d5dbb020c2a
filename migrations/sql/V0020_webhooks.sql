-- Where events are sent to. A webhook follows the table of events by a position of its own; what it is to get is copied into
-- its deliveries in the transaction that moves the position, so that each event is put down exactly once.
CREATE TABLE webhooks (
    name text COLLATE "C" CONSTRAINT webhooks_pkey PRIMARY KEY,
    url text NOT NULL,
    -- Which kinds of events; empty means all.
    kinds jsonb NOT NULL,
    -- What deliveries are signed with, sealed.
    sealed text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    -- The text of the last event that was looked at.
    position text COLLATE "C" NOT NULL,
    -- Since when no delivery has come through; nothing while the last one did.
    failing_since timestamptz,
    disabled_at timestamptz,
    disabled_reason text,
    CONSTRAINT webhooks_kinds_check CHECK (jsonb_typeof(kinds) = 'array'),
    CONSTRAINT webhooks_disabled_check CHECK (num_nulls(disabled_at, disabled_reason) IN (0, 2))
);

CREATE TABLE webhook_deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,
    webhook text COLLATE "C" NOT NULL
        CONSTRAINT webhook_deliveries_webhook_fkey REFERENCES webhooks (name) ON DELETE CASCADE,
    event text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    -- The bytes that are sent, each time the same.
    body text NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    -- When it is due while it is pending; while a replica sends it, when others may take it for lost.
    next_attempt timestamptz NOT NULL,
    last_attempt timestamptz,
    status integer,
    duration_ms bigint,
    error text,
    -- The beginning of the last answer.
    response text,
    CONSTRAINT webhook_deliveries_state_check CHECK (state IN ('pending', 'delivered', 'dead')),
    CONSTRAINT webhook_deliveries_body_check CHECK (length(body) <= 32768),
    CONSTRAINT webhook_deliveries_response_check CHECK (length(response) <= 1024)
) WITH (fillfactor = 70);

CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (webhook, next_attempt) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_webhook_idx ON webhook_deliveries (webhook, id);

-- Neither is a team's.
ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;
