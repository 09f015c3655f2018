-- Migration: users and sessions
-- Description: Accounts, and the sessions they are signed in with.

CREATE TABLE users (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email         text NOT NULL,
    display_name  text NOT NULL,
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- Addresses that differ in case are one account.
CREATE UNIQUE INDEX users_email ON users (lower(email));

CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY,
    user_id    bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);

CREATE INDEX sessions_user ON sessions (user_id);

-- The sweeper looks only at sessions that nobody has ended.
CREATE INDEX sessions_open_by_expiry ON sessions (expires_at) WHERE revoked_at IS NULL;

-- migratory: down

DROP TABLE sessions;
DROP TABLE users;
