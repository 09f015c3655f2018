-- Migration: documents
-- Description: What people write; a trigger keeps the time of the last edit.

CREATE TABLE documents (
    id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    owner_id   BIGINT UNSIGNED NOT NULL,
    title      VARCHAR(200) NOT NULL,
    body       MEDIUMTEXT NOT NULL DEFAULT (''),
    format     VARCHAR(32) NOT NULL DEFAULT 'markdown',
    status     VARCHAR(32) NOT NULL DEFAULT 'draft',
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    PRIMARY KEY (id),
    KEY documents_owner (owner_id, updated_at DESC),
    CONSTRAINT documents_owner_id FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- `ON UPDATE CURRENT_TIMESTAMP` would count every change as an edit.
CREATE TRIGGER documents_touch
BEFORE UPDATE ON documents
FOR EACH ROW
SET NEW.updated_at = IF(
    NEW.title <=> OLD.title AND NEW.body <=> OLD.body,
    NEW.updated_at,
    CURRENT_TIMESTAMP(6)
);
