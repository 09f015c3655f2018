-- Migration: conversations
-- Description: Conversations, perhaps about a document, and their messages.

CREATE TABLE conversations (
    id          INTEGER PRIMARY KEY,
    owner_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    document_id INTEGER REFERENCES documents (id) ON DELETE SET NULL,
    subject     TEXT NOT NULL,
    created_at  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;

CREATE INDEX conversations_owner ON conversations (owner_id);
CREATE INDEX conversations_document ON conversations (document_id) WHERE document_id IS NOT NULL;

CREATE TABLE messages (
    id              INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    author_id       INTEGER REFERENCES users (id) ON DELETE SET NULL,
    body            TEXT NOT NULL,
    sent_at         TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;

CREATE INDEX messages_conversation ON messages (conversation_id, sent_at);

-- migratory: down

DROP TABLE messages;
DROP TABLE conversations;
