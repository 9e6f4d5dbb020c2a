-- People and how they get in: passwords, sessions, tokens of their own, and what was granted to them.

-- Somebody who may sign in. Names and addresses are stored in lower case, so that two that differ in case are one.
CREATE TABLE people (
    id text COLLATE "C" NOT NULL DEFAULT gen_random_uuid()::text CONSTRAINT people_pkey PRIMARY KEY,
    name text COLLATE "C" NOT NULL CONSTRAINT people_name_key UNIQUE,
    email text COLLATE "C" CONSTRAINT people_email_key UNIQUE,
    display_name text NOT NULL,
    -- A PHC string with its parameters; nothing for people who only come through an identity provider.
    password_hash text,
    -- Who the identity provider says they are; the pair is what identifies them, never the address.
    issuer text COLLATE "C",
    subject text COLLATE "C",
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    last_sign_in_at timestamptz,
    disabled_at timestamptz,
    CONSTRAINT people_name_check CHECK (name = lower(name) AND length(name) BETWEEN 1 AND 254),
    CONSTRAINT people_email_check CHECK (email = lower(email) AND length(email) <= 254),
    CONSTRAINT people_external_key UNIQUE (issuer, subject),
    CONSTRAINT people_external_check CHECK ((issuer IS NULL) = (subject IS NULL))
);

-- What somebody was given. The team is '' for a role on the platform. What an identity provider's groups say is kept
-- apart from what was granted here, so that each sign-in replaces only the former.
CREATE TABLE grants (
    person_id text COLLATE "C" NOT NULL CONSTRAINT grants_person_id_fkey REFERENCES people (id) ON DELETE CASCADE,
    role text COLLATE "C" NOT NULL,
    team text COLLATE "C" NOT NULL DEFAULT '',
    source text COLLATE "C" NOT NULL,
    granted_at timestamptz NOT NULL,
    granted_by text NOT NULL,
    CONSTRAINT grants_pkey PRIMARY KEY (person_id, source, role, team),
    CONSTRAINT grants_source_check CHECK (source IN ('local', 'oidc'))
);

CREATE INDEX grants_team_idx ON grants (team) WHERE team <> '';

-- Who is signed in, by the SHA-256 of the session's secret.
CREATE TABLE sessions (
    token_hash bytea NOT NULL CONSTRAINT sessions_pkey PRIMARY KEY,
    person_id text COLLATE "C" NOT NULL CONSTRAINT sessions_person_id_fkey REFERENCES people (id) ON DELETE CASCADE,
    -- What presents it: a browser's cookie, the command line's bearer token, kubectl's short-lived one.
    audience text NOT NULL,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    -- Unused for so long, it ends; and it ends at the latest then.
    idle_seconds bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    user_agent text NOT NULL,
    address text,
    CONSTRAINT sessions_audience_check CHECK (audience IN ('browser', 'cli', 'kubectl'))
) WITH (fillfactor = 80);

CREATE INDEX sessions_person_id_idx ON sessions (person_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

-- One-time codes by which somebody sets a password, by their SHA-256; a new one replaces the one before.
CREATE TABLE password_codes (
    person_id text COLLATE "C" NOT NULL CONSTRAINT password_codes_pkey PRIMARY KEY
        CONSTRAINT password_codes_person_id_fkey REFERENCES people (id) ON DELETE CASCADE,
    code_hash bytea NOT NULL CONSTRAINT password_codes_code_hash_key UNIQUE,
    expires_at timestamptz NOT NULL
);

-- Failed sign-ins, for each name that was tried and each address that tried. Names that nobody has are counted like
-- those that somebody has, so that nothing tells them apart; the key is a SHA-256, for people type passwords as names.
CREATE TABLE sign_in_attempts (
    key bytea NOT NULL CONSTRAINT sign_in_attempts_pkey PRIMARY KEY,
    failures bigint NOT NULL,
    last_at timestamptz NOT NULL,
    locked_until timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX sign_in_attempts_last_at_idx ON sign_in_attempts (last_at);

-- A token may belong to a person. It then can do no more than its owner can at that moment. The role 'owner' stands
-- for all of that; a release before this one knows no such role, and refuses the token.
ALTER TABLE api_tokens ADD COLUMN owner_id text COLLATE "C"
    CONSTRAINT api_tokens_owner_id_fkey REFERENCES people (id) ON DELETE CASCADE;
ALTER TABLE api_tokens ADD COLUMN team text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE api_tokens ADD COLUMN read_only boolean NOT NULL DEFAULT false;
ALTER TABLE api_tokens ADD COLUMN created_by text;
ALTER TABLE api_tokens ADD COLUMN last_used_at timestamptz;

CREATE INDEX api_tokens_owner_id_idx ON api_tokens (owner_id);

-- Whatever takes power away is announced, by whichever path it happens, so that what runs on it ends at once.
CREATE FUNCTION announce_access_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('otomi_access', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER people_access AFTER UPDATE OF disabled_at OR DELETE ON people
    FOR EACH STATEMENT EXECUTE FUNCTION announce_access_change();
CREATE TRIGGER grants_access AFTER INSERT OR UPDATE OR DELETE ON grants
    FOR EACH STATEMENT EXECUTE FUNCTION announce_access_change();
CREATE TRIGGER sessions_access AFTER DELETE ON sessions
    FOR EACH STATEMENT EXECUTE FUNCTION announce_access_change();
CREATE TRIGGER api_tokens_access AFTER DELETE ON api_tokens
    FOR EACH STATEMENT EXECUTE FUNCTION announce_access_change();
