-- The same way back: the table of 0006, where the slug may be empty and the status is any text.

ALTER TABLE documents
    DROP KEY documents_owner_slug,
    DROP CONSTRAINT documents_slug_not_empty,
    MODIFY COLUMN status VARCHAR(32) NOT NULL DEFAULT 'draft',
    MODIFY COLUMN slug VARCHAR(255) NULL;
