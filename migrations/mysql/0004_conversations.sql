-- Migration: conversations
-- Description: Conversations, perhaps about a document, and their messages.

CREATE TABLE conversations (
    id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    owner_id    BIGINT UNSIGNED NOT NULL,
    document_id BIGINT UNSIGNED NULL,
    subject     VARCHAR(200) NOT NULL,
    created_at  DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    PRIMARY KEY (id),
    KEY conversations_owner (owner_id),
    KEY conversations_document (document_id),
    CONSTRAINT conversations_owner_id FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT conversations_document_id FOREIGN KEY (document_id) REFERENCES documents (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE messages (
    id              BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    conversation_id BIGINT UNSIGNED NOT NULL,
    author_id       BIGINT UNSIGNED NULL,
    body            TEXT NOT NULL,
    sent_at         DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    PRIMARY KEY (id),
    KEY messages_conversation (conversation_id, sent_at),
    KEY messages_author (author_id),
    CONSTRAINT messages_conversation_id FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
    CONSTRAINT messages_author_id FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- migratory: down

-- The repeatable view stands on both tables; without them it would be left behind, and broken.
DROP VIEW IF EXISTS conversation_activity;
DROP TABLE messages;
DROP TABLE conversations;
