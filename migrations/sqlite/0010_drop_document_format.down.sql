-- The default is what every row held.
ALTER TABLE documents ADD COLUMN format TEXT NOT NULL DEFAULT 'markdown';
