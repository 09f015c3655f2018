-- Migration: conversations
-- Description: Conversations, perhaps about a document, and their messages.

CREATE TABLE conversations (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id    bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    document_id bigint REFERENCES documents (id) ON DELETE SET NULL,
    subject     text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX conversations_owner ON conversations (owner_id);
CREATE INDEX conversations_document ON conversations (document_id) WHERE document_id IS NOT NULL;

CREATE TABLE messages (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id bigint NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    author_id       bigint REFERENCES users (id) ON DELETE SET NULL,
    body            text NOT NULL,
    sent_at         timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX messages_conversation ON messages (conversation_id, sent_at);

-- migratory: down

-- The repeatable view stands on both tables, and PostgreSQL drops no table under a view.
DROP VIEW IF EXISTS conversation_activity;
DROP TABLE messages;
DROP TABLE conversations;
