-- The same way back: the table of 0006, where the slug may be empty.

CREATE TABLE documents_old (
    id         INTEGER PRIMARY KEY,
    owner_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL DEFAULT '',
    format     TEXT NOT NULL DEFAULT 'markdown',
    status     TEXT NOT NULL DEFAULT 'draft',
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    slug       TEXT
) STRICT;

INSERT INTO documents_old (id, owner_id, title, body, format, status, created_at, updated_at, slug)
SELECT id, owner_id, title, body, format, status, created_at, updated_at, slug
FROM documents;

DROP TABLE documents;

ALTER TABLE documents_old RENAME TO documents;

CREATE INDEX documents_owner ON documents (owner_id, updated_at DESC);

CREATE TRIGGER documents_touch
AFTER UPDATE OF title, body ON documents
BEGIN
    UPDATE documents SET updated_at = CURRENT_TIMESTAMP WHERE id = new.id;
END;
