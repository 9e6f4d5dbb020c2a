-- Secrets change the key that they are sealed under, without the history changing.

-- A value with every sealed leaf reduced to the name that the leaf keeps for life: a text's third part, or, for texts of
-- the first format, the beginning of the SHA-256 of the text.
CREATE FUNCTION sealed_form(value jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    sealed text;
BEGIN
    CASE jsonb_typeof(value)
    WHEN 'object' THEN
        IF jsonb_typeof(value -> '$sealed') = 'string' AND value - '$sealed' = '{}' THEN
            sealed := value ->> '$sealed';
            IF sealed LIKE 'v1.%' THEN
                sealed := left(encode(sha256(convert_to(sealed, 'UTF8')), 'hex'), 16);
            ELSE
                sealed := split_part(sealed, '.', 3);
            END IF;
            RETURN jsonb_build_object('$sealed', sealed);
        END IF;
        RETURN (
            SELECT coalesce(jsonb_object_agg(m.key, sealed_form(m.value)), '{}') FROM jsonb_each(value) AS m
        );
    WHEN 'array' THEN
        RETURN (
            SELECT coalesce(jsonb_agg(sealed_form(e.value) ORDER BY e.place), '[]')
            FROM jsonb_array_elements(value) WITH ORDINALITY AS e (value, place)
        );
    ELSE
        RETURN value;
    END CASE;
END
$$;

-- History cannot be rewritten, by no code path. A document's row is closed, once; and its secrets may be sealed anew, which
-- leaves everything that is not a ciphertext, and the name of every ciphertext, as it was.
CREATE OR REPLACE FUNCTION refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'documents' THEN
        IF (OLD.kind, OLD.scope, OLD.team, OLD.name, OLD.valid_from)
            = (NEW.kind, NEW.scope, NEW.team, NEW.name, NEW.valid_from)
        THEN
            IF OLD.valid_to IS NULL AND NEW.valid_to IS NOT NULL AND OLD.spec = NEW.spec THEN
                RETURN NEW;
            END IF;
            IF OLD.valid_to IS NOT DISTINCT FROM NEW.valid_to AND OLD.spec <> NEW.spec
                AND sealed_form(OLD.spec) = sealed_form(NEW.spec)
            THEN
                RETURN NEW;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION 'the history in % cannot be changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
