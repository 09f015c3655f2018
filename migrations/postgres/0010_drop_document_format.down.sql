-- The default is what every row held.
ALTER TABLE documents ADD COLUMN format text NOT NULL DEFAULT 'markdown';
