-- The same way back: the table of 0006, where the slug may be empty and the status is any text.

DROP INDEX documents_owner_slug;

ALTER TABLE documents
    ALTER COLUMN status DROP DEFAULT,
    ALTER COLUMN status TYPE text USING status::text,
    ALTER COLUMN status SET DEFAULT 'draft',
    DROP CONSTRAINT documents_slug_not_empty,
    ALTER COLUMN slug DROP NOT NULL;

DROP TYPE document_status;
