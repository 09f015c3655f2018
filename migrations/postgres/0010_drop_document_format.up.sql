-- Migration: drop document format
-- Description: Documents are Markdown and always were; the column never held another value.

-- migratory: allow(drop-column) reason="every row holds the default 'markdown', and no code has read it since release 2.0"
ALTER TABLE documents DROP COLUMN format;
