-- Sign-on at an identity provider, and the device flow by which the command line is let in.

-- Sign-ins that are under way at the provider, by the SHA-256 of their state. Each counts once, for ten minutes, and
-- only for the browser that began it.
CREATE TABLE sign_on_attempts (
    state_hash bytea NOT NULL CONSTRAINT sign_on_attempts_pkey PRIMARY KEY,
    browser_hash bytea NOT NULL,
    -- The nonce and the verifier, sealed.
    sealed text NOT NULL,
    return_path text NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX sign_on_attempts_expires_at_idx ON sign_on_attempts (expires_at);

-- The ID token by which a session came about, sealed: the provider wants it back when the session ends.
CREATE TABLE sign_on_tokens (
    session_hash bytea NOT NULL CONSTRAINT sign_on_tokens_pkey PRIMARY KEY
        CONSTRAINT sign_on_tokens_session_hash_fkey REFERENCES sessions (token_hash) ON DELETE CASCADE,
    sealed text NOT NULL
);

-- Devices that ask to be let in (RFC 8628), by the SHA-256 of what they ask with. The code that a person compares is
-- short, counts for ten minutes, and lets nobody in without that person's session.
CREATE TABLE device_codes (
    code_hash bytea NOT NULL CONSTRAINT device_codes_pkey PRIMARY KEY,
    user_code text COLLATE "C" NOT NULL CONSTRAINT device_codes_user_code_key UNIQUE,
    client text NOT NULL,
    address text,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    interval_seconds bigint NOT NULL,
    polled_at timestamptz,
    -- What a person decided, and who: nothing while nobody has.
    decision text,
    person_id text COLLATE "C" CONSTRAINT device_codes_person_id_fkey REFERENCES people (id) ON DELETE CASCADE,
    CONSTRAINT device_codes_decision_check CHECK (decision IN ('approved', 'denied')),
    CONSTRAINT device_codes_person_check CHECK ((decision IS NULL) = (person_id IS NULL))
);

CREATE INDEX device_codes_expires_at_idx ON device_codes (expires_at);

-- What a device that was let in holds on to: a chain of refresh tokens and the session that the newest of them brought.
-- Whatever ends that session ends the chain, and the other way round.
CREATE TABLE refresh_families (
    id text COLLATE "C" NOT NULL DEFAULT gen_random_uuid()::text CONSTRAINT refresh_families_pkey PRIMARY KEY,
    person_id text COLLATE "C" NOT NULL
        CONSTRAINT refresh_families_person_id_fkey REFERENCES people (id) ON DELETE CASCADE,
    session_hash bytea NOT NULL CONSTRAINT refresh_families_session_hash_key UNIQUE
        CONSTRAINT refresh_families_session_hash_fkey REFERENCES sessions (token_hash) ON DELETE CASCADE,
    client text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX refresh_families_person_id_idx ON refresh_families (person_id);

-- Each counts once; one that comes back was stolen from somebody, and ends its family.
CREATE TABLE refresh_tokens (
    token_hash bytea NOT NULL CONSTRAINT refresh_tokens_pkey PRIMARY KEY,
    family_id text COLLATE "C" NOT NULL
        CONSTRAINT refresh_tokens_family_id_fkey REFERENCES refresh_families (id) ON DELETE CASCADE,
    issued_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE INDEX refresh_tokens_family_id_idx ON refresh_tokens (family_id);
