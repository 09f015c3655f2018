ALTER TABLE users ADD COLUMN age integr;
ALTER TABLE posts ALTER COLUMN title TYPE integer;
ALTER TABLE users ADD COLUMN score integer DEFAULT 'none';
ALTER TABLE users ALTER COLUMN mood SET DEFAULT 'happy';
