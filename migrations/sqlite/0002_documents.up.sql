-- Migration: documents
-- Description: What people write; a trigger keeps the time of the last edit.

CREATE TABLE documents (
    id         INTEGER PRIMARY KEY,
    owner_id   INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL DEFAULT '',
    format     TEXT NOT NULL DEFAULT 'markdown',
    status     TEXT NOT NULL DEFAULT 'draft',
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;

CREATE INDEX documents_owner ON documents (owner_id, updated_at DESC);

-- It writes a column that it does not listen to, so it does not call itself.
CREATE TRIGGER documents_touch
AFTER UPDATE OF title, body ON documents
BEGIN
    UPDATE documents SET updated_at = CURRENT_TIMESTAMP WHERE id = new.id;
END;
