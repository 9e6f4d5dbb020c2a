-- The repository that the values are mirrored to, and how far that is; at most one row.
CREATE TABLE git_mirrors (
    name text COLLATE "C"
        CONSTRAINT git_mirrors_pkey PRIMARY KEY
        CONSTRAINT git_mirrors_name_check CHECK (name = 'origin'),
    url text NOT NULL,
    branch text NOT NULL,
    direction text NOT NULL CONSTRAINT git_mirrors_direction_check CHECK (direction IN ('mirror', 'both')),
    username text NOT NULL,
    credential text NOT NULL CONSTRAINT git_mirrors_credential_check CHECK (credential IN ('none', 'password', 'key')),
    sealed_credential text,
    known_hosts text NOT NULL,
    authorities text NOT NULL,
    email_pattern text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    -- How far it is: this commit of the branch is the newest that is accounted for, and holds the values of that revision.
    revision bigint NOT NULL DEFAULT 0,
    head text,
    state text NOT NULL DEFAULT 'pending'
        CONSTRAINT git_mirrors_state_check CHECK (state IN ('pending', 'current', 'failing', 'halted')),
    reason text NOT NULL DEFAULT '',
    state_since timestamptz NOT NULL,
    checked_at timestamptz,
    asked_at timestamptz,
    -- The replica that works at it. The epoch rises whenever that is another one, or the settings change: what a runner of
    -- an older epoch writes is lost, as it must be.
    runner text,
    lease_until timestamptz,
    epoch bigint NOT NULL DEFAULT 1,
    CONSTRAINT git_mirrors_sealed_check CHECK ((credential = 'none') = (sealed_credential IS NULL))
);

-- What people pushed, commit by commit, and what became of it.
CREATE TABLE git_pushes (
    commit_id text COLLATE "C" CONSTRAINT git_pushes_pkey PRIMARY KEY,
    number bigint NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT git_pushes_number_key UNIQUE,
    author_name text NOT NULL,
    author_email text NOT NULL,
    message text NOT NULL,
    committed_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT git_pushes_state_check CHECK (state IN ('taken', 'refused', 'corrected')),
    -- The revision that it became; NULL when it changed nothing, or was refused.
    revision bigint,
    -- For a refused one: why, as a problem document.
    problem jsonb,
    -- For a corrected one: the later commit that was taken with it.
    corrected_by text
);

CREATE INDEX git_pushes_revision_idx ON git_pushes (revision) WHERE revision IS NOT NULL;

-- No team reads either.
ALTER TABLE git_mirrors ENABLE ROW LEVEL SECURITY;
ALTER TABLE git_pushes ENABLE ROW LEVEL SECURITY;
