-- Migration: require slugs
-- Description: Every document has a slug, unique for its owner, and a status out of three.

ALTER TABLE documents
    MODIFY COLUMN slug VARCHAR(255) NOT NULL,
    MODIFY COLUMN status ENUM('draft', 'published', 'archived') NOT NULL DEFAULT 'draft',
    ADD CONSTRAINT documents_slug_not_empty CHECK (slug <> ''),
    ADD UNIQUE KEY documents_owner_slug (owner_id, slug);
