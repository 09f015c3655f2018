-- Migration: backfill slugs
-- Description: Every document has a slug made from its title, unique among its owner's documents.

DO $$
DECLARE
    document  record;
    stem      text;
    candidate text;
    number    integer;
BEGIN
    FOR document IN
        SELECT id, owner_id, title FROM documents WHERE slug IS NULL ORDER BY id
    LOOP
        stem := trim(BOTH '-' FROM regexp_replace(lower(document.title), '[^[:alnum:]]+', '-', 'g'));
        IF stem = '' THEN
            stem := 'untitled';
        END IF;
        candidate := stem;
        number := 2;
        WHILE EXISTS (
            SELECT FROM documents WHERE owner_id = document.owner_id AND slug = candidate
        ) LOOP
            candidate := stem || '-' || number;
            number := number + 1;
        END LOOP;
        UPDATE documents SET slug = candidate WHERE id = document.id;
    END LOOP;
END;
$$;

-- migratory: down

-- The slugs can always be made anew.
UPDATE documents SET slug = NULL WHERE slug IS NOT NULL;
