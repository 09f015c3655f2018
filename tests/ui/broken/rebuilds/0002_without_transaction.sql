-- migratory: no-transaction
BEGIN;
CREATE TABLE teams_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO teams_new (id, name) SELECT id, coalesce(name, '') FROM teams;
DROP TABLE teams;
ALTER TABLE teams_new RENAME TO teams;
COMMIT;
