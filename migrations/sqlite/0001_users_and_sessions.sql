-- Migration: users and sessions
-- Description: Accounts, and the sessions they are signed in with.

CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    email         TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;

-- Addresses that differ in case are one account.
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_user ON sessions (user_id);

-- The sweeper looks only at sessions that nobody has ended.
CREATE INDEX sessions_open_by_expiry ON sessions (expires_at) WHERE revoked_at IS NULL;

-- migratory: down

DROP TABLE sessions;
DROP TABLE users;
