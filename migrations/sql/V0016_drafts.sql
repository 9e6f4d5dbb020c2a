-- Changes that are not committed yet, and names for revisions.

-- What somebody collects before it becomes a revision. The name is everybody's; what is in it is not.
CREATE TABLE drafts (
    name text COLLATE "C" NOT NULL CONSTRAINT drafts_pkey PRIMARY KEY,
    -- The team whose documents it holds, and no others; '' when it is the platform's and may hold any.
    team text COLLATE "C" NOT NULL DEFAULT '',
    author_kind text COLLATE "C" NOT NULL,
    author text COLLATE "C" NOT NULL,
    is_shared boolean NOT NULL,
    message text NOT NULL,
    -- The revision that it was last brought up to.
    base bigint NOT NULL,
    -- Rises with every change of it.
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,
    CONSTRAINT drafts_base_check CHECK (base >= 0)
);

CREATE INDEX drafts_author_idx ON drafts (author_kind, author);

-- What a draft does to one document. Secret leaves of the spec are sealed as in documents.
CREATE TABLE draft_edits (
    draft text COLLATE "C" NOT NULL
        CONSTRAINT draft_edits_draft_fkey REFERENCES drafts (name) ON DELETE CASCADE,
    kind text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    team text COLLATE "C" NOT NULL DEFAULT '',
    name text COLLATE "C" NOT NULL,
    -- Nothing when the document is to go.
    spec jsonb,
    -- The revision that this edit was made against; a document that changed later is a clash.
    base bigint NOT NULL,
    -- The draft's version that this edit came with.
    version bigint NOT NULL,
    author text NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT draft_edits_pkey PRIMARY KEY (draft, kind, scope, team, name),
    CONSTRAINT draft_edits_base_check CHECK (base >= 0)
);

-- A private draft goes with its author: somebody who gets the name later must not find it.
CREATE FUNCTION discard_private_drafts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM drafts WHERE author_kind = TG_ARGV[0] AND author = OLD.name AND NOT is_shared;
    RETURN NULL;
END
$$;

CREATE TRIGGER people_drafts AFTER DELETE ON people
    FOR EACH ROW EXECUTE FUNCTION discard_private_drafts('person');
CREATE TRIGGER api_tokens_drafts AFTER DELETE ON api_tokens
    FOR EACH ROW EXECUTE FUNCTION discard_private_drafts('token');

-- A name for a revision, such as 'before-the-move'.
CREATE TABLE revision_tags (
    name text COLLATE "C" NOT NULL CONSTRAINT revision_tags_pkey PRIMARY KEY,
    revision bigint NOT NULL CONSTRAINT revision_tags_revision_fkey REFERENCES revisions (number),
    message text NOT NULL,
    author text NOT NULL,
    created_at timestamptz NOT NULL,
    -- Words that mean a revision without any tag.
    CONSTRAINT revision_tags_name_check CHECK (name <> 'latest' AND name !~ '^[0-9]+$')
);

CREATE INDEX revision_tags_revision_idx ON revision_tags (revision);

-- The history of one team.
CREATE INDEX documents_team_idx ON documents (team, valid_from) WHERE team <> '';

-- A team's people see the shared drafts of their teams and their own; who they are a transaction says with
-- set_config('otomi.author', 'person alice', true). See V0010.
ALTER TABLE drafts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY drafts_hub ON drafts TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY drafts_team ON drafts TO otomi_team
    USING (team = ANY ((SELECT otomi_teams())::text[])
        AND (is_shared OR author_kind || ' ' || author = current_setting('otomi.author', true)))
    WITH CHECK (team = ANY ((SELECT otomi_teams())::text[])
        AND (is_shared OR author_kind || ' ' || author = current_setting('otomi.author', true)));
GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO otomi_team;

ALTER TABLE draft_edits ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY draft_edits_hub ON draft_edits TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY draft_edits_team ON draft_edits TO otomi_team
    USING (CASE WHEN kind = 'Team' THEN name ELSE team END = ANY ((SELECT otomi_teams())::text[])
        AND EXISTS (SELECT FROM drafts d WHERE d.name = draft))
    WITH CHECK (CASE WHEN kind = 'Team' THEN name ELSE team END = ANY ((SELECT otomi_teams())::text[])
        AND EXISTS (SELECT FROM drafts d WHERE d.name = draft));
GRANT SELECT, INSERT, UPDATE, DELETE ON draft_edits TO otomi_team;

-- A tag is seen by whoever sees its revision.
ALTER TABLE revision_tags ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY revision_tags_hub ON revision_tags TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY revision_tags_team ON revision_tags FOR SELECT TO otomi_team
    USING (EXISTS (SELECT FROM revisions r WHERE r.number = revision));
GRANT SELECT ON revision_tags TO otomi_team;
