-- Migration: require slugs
-- Description: Every document has a slug, unique for its owner, and a status out of three.

CREATE TYPE document_status AS ENUM ('draft', 'published', 'archived');

-- The default is a text that the new type does not take over by itself.
ALTER TABLE documents
    ALTER COLUMN slug SET NOT NULL,
    ADD CONSTRAINT documents_slug_not_empty CHECK (slug <> ''),
    ALTER COLUMN status DROP DEFAULT,
    ALTER COLUMN status TYPE document_status USING status::document_status,
    ALTER COLUMN status SET DEFAULT 'draft';

CREATE UNIQUE INDEX documents_owner_slug ON documents (owner_id, slug);
