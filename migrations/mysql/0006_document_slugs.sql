-- Migration: document slugs
-- Description: A place for the readable part of a document's address. Empty at first: 0007 fills it, 0008 makes it required.

ALTER TABLE documents ADD COLUMN slug VARCHAR(255) NULL;

-- migratory: down

ALTER TABLE documents DROP COLUMN slug;
