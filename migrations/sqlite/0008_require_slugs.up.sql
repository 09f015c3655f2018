-- Migration: require slugs
-- Description: Every document has a slug, unique for its owner, and a status out of three.
--
-- SQLite cannot add NOT NULL or CHECK to a table that exists, so the table is built anew: create, copy, drop, rename.
-- `document_tags` and `conversations` refer to it. With foreign keys on, dropping it would delete their rows or empty
-- their columns, so Migratory switches foreign keys off around this migration and checks them before it commits.

CREATE TABLE documents_new (
    id         INTEGER PRIMARY KEY,
    owner_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title      TEXT NOT NULL,
    slug       TEXT NOT NULL CHECK (slug <> ''),
    body       TEXT NOT NULL DEFAULT '',
    format     TEXT NOT NULL DEFAULT 'markdown',
    status     TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'archived')),
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;

INSERT INTO documents_new (id, owner_id, title, slug, body, format, status, created_at, updated_at)
SELECT id, owner_id, title, slug, body, format, status, created_at, updated_at
FROM documents;

DROP TABLE documents;

ALTER TABLE documents_new RENAME TO documents;

-- What stood on the old table went with it.
CREATE INDEX documents_owner ON documents (owner_id, updated_at DESC);

CREATE UNIQUE INDEX documents_owner_slug ON documents (owner_id, slug);

CREATE TRIGGER documents_touch
AFTER UPDATE OF title, body ON documents
BEGIN
    UPDATE documents SET updated_at = CURRENT_TIMESTAMP WHERE id = new.id;
END;
