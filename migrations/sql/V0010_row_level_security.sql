-- What the database shows to a team's people. While somebody acts who sees their own teams only, a transaction of the hub
-- runs as the role otomi_team, and says which teams those are: set_config('otomi.teams', 'a,b', true). Saying nothing, it
-- sees nothing. The role has no right but those that are granted here, so a new table is closed to it.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'otomi_team') THEN
        CREATE ROLE otomi_team NOLOGIN;
    END IF;
EXCEPTION
    -- The hub of another database on the same server was faster.
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the role otomi_team is missing, and % may not make it: as an administrator of the server, run CREATE ROLE otomi_team NOLOGIN; GRANT otomi_team TO %; and start the hub again', current_user, quote_ident(current_user)
            USING ERRCODE = 'insufficient_privilege';
END
$$;

DO $$
BEGIN
    BEGIN
        SET LOCAL ROLE otomi_team;
        RESET ROLE;
        RETURN;
    EXCEPTION
        WHEN insufficient_privilege THEN NULL;
    END;
    GRANT otomi_team TO CURRENT_USER;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION '% may not act as the role otomi_team: as an administrator of the server, run GRANT otomi_team TO %; and start the hub again', current_user, quote_ident(current_user)
            USING ERRCODE = 'insufficient_privilege';
END
$$;

-- The teams that were named; NULL when none were.
CREATE FUNCTION otomi_teams() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT array_remove(string_to_array(current_setting('otomi.teams', true), ','), '')
$$;
GRANT EXECUTE ON FUNCTION otomi_teams() TO otomi_team;

-- A team's documents are those that it owns, and its own.
ALTER TABLE documents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY documents_hub ON documents TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY documents_team ON documents TO otomi_team
    USING (CASE WHEN kind = 'Team' THEN name ELSE team END = ANY ((SELECT otomi_teams())::text[]))
    WITH CHECK (CASE WHEN kind = 'Team' THEN name ELSE team END = ANY ((SELECT otomi_teams())::text[]));
GRANT SELECT, INSERT, UPDATE (valid_to) ON documents TO otomi_team;

-- A revision concerns a team when it changed one of its documents; the policy above says which those are.
ALTER TABLE revisions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY revisions_hub ON revisions TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY revisions_team ON revisions FOR SELECT TO otomi_team
    USING (EXISTS (SELECT FROM documents d WHERE d.valid_from = number)
        OR EXISTS (SELECT FROM documents d WHERE d.valid_to = number));
GRANT SELECT ON revisions TO otomi_team;

-- Nothing else is for teams: no right is granted, and should one ever be by mistake, no row is shown.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END LOOP;
END
$$;
