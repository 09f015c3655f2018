-- The default is what every row held.
ALTER TABLE documents ADD COLUMN format VARCHAR(32) NOT NULL DEFAULT 'markdown' AFTER body;
